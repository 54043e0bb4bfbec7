"""Computes reference values for the similarity of weight updates with NumPy, in float64. Forms every dW in full.

    python scripts/reference-figures/similarity.py STUDY_FOLDER > tests/reference-figures/STUDY_NAME.json

This command made two files: tiny-lora-vs-qlora.json from the study in tests/fixtures/, and gpt2-medium-alpaca.json from a
public study (carolinelmu1/QLoRA-Project-Final at 27bb666) whose weights are not part of this repository.

For each rank it compares the final adapters of the 16-bit run (baseline) and the 4-bit run (candidate), layer by layer. It is
an independent check: it shares neither code nor formulas with Rankscope, which never forms dW.
"""

import json
import re
import struct
import sys
from pathlib import Path

import numpy as np


def main(study: Path) -> None:
    ranks = []
    for folder in sorted(study.glob("*/16bit_r*/final_model"), key=rank_of):
        rank = rank_of(folder)
        candidates = list(study.glob(f"*/4bit_r{rank}/final_model/adapter_model.safetensors"))
        if (folder / "adapter_model.safetensors").exists() and candidates:
            ranks.append(compare(rank, read_adapter(folder), read_adapter(candidates[0].parent)))
    result = {
        "made_by": "scripts/reference-figures/similarity.py",
        "numpy": np.__version__,
        "study": study.resolve().name,
        "ranks": ranks,
    }
    # Python writes the shortest digits that read back as the same float64, at most 17.
    print(json.dumps(result, indent=1, allow_nan=False))


def rank_of(final_model: Path) -> int:
    return int(final_model.parent.name.rpartition("_r")[2])


def compare(rank: int, baseline: dict, candidate: dict) -> dict:
    """Compares two results of read_adapter. Means are over the layers that both contain."""
    names = sorted(baseline.keys() & candidate.keys(), key=natural)
    layers = [{"layer": name, **compare_layer(baseline[name], candidate[name])} for name in names]
    cosines = [layer["cosine"] for layer in layers if layer["cosine"] is not None]
    return {"rank": rank, "mean_cosine": float(np.mean(cosines)) if cosines else None, "layers": layers}


def compare_layer(baseline: tuple, candidate: tuple) -> dict:
    """Compares two tuples (A: r x in, B: out x r, alpha / r). Positive scalings do not change the cosine."""
    (a1, b1, s1), (a2, b2, s2) = baseline, candidate
    w1, w2 = b1 @ a1, b2 @ a2
    return {
        "cosine": cosine(w1, w2),
        "initial_cosine": cosine(a1, a2) if a1.shape == a2.shape else None,
        "unscaled": distances(w1, w2),
        "scaled": {"baseline_scaling": s1, "candidate_scaling": s2, **distances(s1 * w1, s2 * w2)},
    }


def distances(w1: np.ndarray, w2: np.ndarray) -> dict:
    l2, norm1, norm2 = (float(np.linalg.norm(w)) for w in (w1 - w2, w1, w2))
    return {
        "l2": l2,
        "relative_difference": l2 / norm1 if norm1 > 0 else None,
        "baseline_norm": norm1,
        "candidate_norm": norm2,
    }


def cosine(x: np.ndarray, y: np.ndarray):
    norms = np.linalg.norm(x) * np.linalg.norm(y)
    return float(np.sum(x * y) / norms) if norms > 0 else None


def read_adapter(folder: Path) -> dict:
    """Returns (A, B, scaling) by layer name, in float64. Rejects scalings other than alpha / r."""
    config = json.loads((folder / "adapter_config.json").read_text())
    if config["rank_pattern"] or config["alpha_pattern"] or config["use_rslora"] or config["use_dora"]:
        raise SystemExit(f"{folder}: only plain LoRA scaling is supported")
    tensors = read_safetensors(folder / "adapter_model.safetensors")
    layers = {}
    for key, a in tensors.items():
        match = re.fullmatch(r"base_model\.model\.(.+)\.lora_A\.weight", key)
        if match:
            b = tensors[key.replace(".lora_A.", ".lora_B.")]
            layers[match[1]] = (a, b, config["lora_alpha"] / a.shape[0])
    return layers


def read_safetensors(file: Path) -> dict:
    """Returns float64 arrays by tensor name."""
    content = file.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    return {
        name: decode(entry["dtype"], content[8 + length :][slice(*entry["data_offsets"])]).reshape(entry["shape"])
        for name, entry in header.items()
    }


def decode(dtype: str, content: bytes) -> np.ndarray:
    if dtype == "BF16":  # the upper half of a float32; NumPy has no such type
        return (np.frombuffer(content, "<u2").astype("<u4") << 16).view("<f4").astype(np.float64)
    return np.frombuffer(content, {"F64": "<f8", "F32": "<f4", "F16": "<f2"}[dtype]).astype(np.float64)


def natural(name: str) -> list:
    """Returns a sort key that orders h.2 before h.10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: similarity.py STUDY_FOLDER")
    main(Path(sys.argv[1]))
