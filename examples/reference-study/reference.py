"""Computes reference values for this study with NumPy and SciPy in float64. Forms every update dW in full.

    python reference.py > ../../tests/reference-figures/reference-study.json

Reads the shipped adapters and results.json. It is an independent check: it shares neither code nor formulas with
Rankscope, which never forms dW. Updates are scaled by alpha / r. The DoRA and rsLoRA runs are left out, because the
study compares plain LoRA runs.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
import scipy
from safetensors.numpy import load_file
from scipy import stats

from runs import BITS, INDEPENDENT_RANK, RANKS, SEEDS, STEP_SCALE

STUDY = Path(__file__).parent
PARTS = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
LAYERS = [f"transformer.h.{block}.{part}" for block in range(4) for part in PARTS]
METRICS = ("eval_loss", "training_loss")
THRESHOLDS = (5.0, 0.05)
"""Thresholds in percent: the default, and a strict one at which the verdicts differ between ranks."""


def main() -> None:
    pairs = [
        pair(f"16bit_r{rank}_s{seed}", f"{bits}bit_r{rank}_s{seed}")
        for bits in BITS
        if bits != 16
        for rank in RANKS
        for seed in SEEDS
    ]
    pairs.append(pair(f"16bit_r{INDEPENDENT_RANK}_s0", f"4bit_r{INDEPENDENT_RANK}_s0"))
    seeds = [pair(f"{bits}bit_r8_s0", f"{bits}bit_r8_s1") for bits in BITS]
    steps = ("checkpoint-150", "checkpoint-300", "final_model")
    saves = [
        pair(run, run, first, second)
        for run in ("16bit_r4_s0", "4bit_r4_s0")
        for first, second in zip(steps, steps[1:], strict=False)
    ]
    reference = {
        "made_by": "examples/reference-study/reference.py",
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scaling": STEP_SCALE,
        "pairs": pairs,
        "same_method_other_seed": [summary(one) for one in seeds],
        "steps_of_one_run": saves,
        "attention_thirds": [
            third for layer in LAYERS[:: len(PARTS)] for third in thirds("16bit_r8_s0", "4bit_r8_s0", layer)
        ],
        "spectra": [spectrum(run, layer) for run in ("16bit_r8_s0", "4bit_r8_s0", "16bit_r16_s1") for layer in LAYERS],
        "subspaces": [subspace("16bit_r8_s0", "4bit_r8_s0", layer, count) for layer in LAYERS for count in (1, 4, 8)],
        "degradation": [
            degradation(metric, bits, rank)
            for metric in METRICS
            for bits in BITS
            if bits != 16
            for rank in sorted((*RANKS, INDEPENDENT_RANK))
            if (bits, rank) != (8, INDEPENDENT_RANK)
        ],
    }
    reference["minimum_rank"] = [
        minimum_rank(reference["degradation"], metric, bits, threshold)
        for metric in METRICS
        for bits in BITS
        if bits != 16
        for threshold in THRESHOLDS
    ]
    print(json.dumps(reference, indent=1))


# Weights


@cache
def factors(run: str, save: str = "final_model") -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Returns A (r x in) and B (out x r) of each layer, in float64."""
    tensors = load_file(STUDY / "runs" / run / save / "adapter_model.safetensors")

    def tensor(layer: str, factor: str) -> np.ndarray:
        return tensors[f"base_model.model.{layer}.lora_{factor}.weight"].astype(np.float64)

    return {layer: (tensor(layer, "A"), tensor(layer, "B")) for layer in LAYERS}


@cache
def update(run: str, layer: str, save: str = "final_model") -> np.ndarray:
    """Returns dW = scaling * B A, out x in."""
    a, b = factors(run, save)[layer]
    return STEP_SCALE * (b @ a)


def cosine(left: np.ndarray, right: np.ndarray) -> float:
    return float(np.vdot(left, right) / (np.linalg.norm(left) * np.linalg.norm(right)))


def compared(left: np.ndarray, right: np.ndarray) -> dict:
    distance, left_norm = np.linalg.norm(left - right), np.linalg.norm(left)
    return {
        "cosine": cosine(left, right),
        "l2": float(distance),
        "relative_difference": float(distance / left_norm),
        "baseline_norm": float(left_norm),
        "candidate_norm": float(np.linalg.norm(right)),
    }


def pair(baseline: str, candidate: str, save: str = "final_model", other: str = "final_model") -> dict:
    layers = []
    for layer in LAYERS:
        initial = cosine(factors(baseline, save)[layer][0], factors(candidate, other)[layer][0])
        figures = compared(update(baseline, layer, save), update(candidate, layer, other))
        layers.append({"layer": layer, "initial_cosine": initial, **figures})
    saves = {} if save == other else {"baseline_save": save, "candidate_save": other}
    means = {f"mean_{name}": float(np.mean([layer[name] for layer in layers])) for name in ("cosine", "initial_cosine")}
    return {"baseline": baseline, "candidate": candidate, **saves, **means, "layers": layers}


def summary(one: dict) -> dict:
    return {name: value for name, value in one.items() if name != "layers"}


def thirds(baseline: str, candidate: str, layer: str) -> list[dict]:
    """Compares q, k and v of GPT-2's c_attn, which are the thirds of dW's rows in this order."""
    left, right = (np.split(update(run, layer), 3) for run in (baseline, candidate))
    return [
        {"baseline": baseline, "candidate": candidate, "layer": layer, "part": part, **compared(left[i], right[i])}
        for i, part in enumerate("qkv")
    ]


def spectrum(run: str, layer: str) -> dict:
    rank = len(factors(run)[layer][0])
    values = np.linalg.svd(update(run, layer), compute_uv=False)[:rank]
    shares, energy = values / values.sum(), np.cumsum(values**2) / np.sum(values**2)
    effective = float(np.exp(-np.sum(shares * np.log(shares))))
    return {
        "run": run,
        "layer": layer,
        "singular_values": values.tolist(),
        "stable_rank": float(np.sum(values**2) / values[0] ** 2),
        "effective_rank": effective,
        "utilisation": effective / rank,
        "k90": int(np.argmax(energy >= 0.9)) + 1,
    }


def subspace(baseline: str, candidate: str, layer: str, count: int) -> dict:
    """Returns the overlap |U1^T U2|_F^2 / count of the first `count` left and right singular directions.

    Source: arXiv 2106.09685, section 7.2.
    """
    (u1, _, v1), (u2, _, v2) = (np.linalg.svd(update(run, layer), full_matrices=False) for run in (baseline, candidate))
    left = float(np.linalg.norm(u1[:, :count].T @ u2[:, :count]) ** 2 / count)
    right = float(np.linalg.norm(v1[:count] @ v2[:count].T) ** 2 / count)
    return {"baseline": baseline, "candidate": candidate, "layer": layer, "count": count, "left": left, "right": right}


# Losses


@cache
def rows() -> dict[str, dict]:
    return {row["experiment_name"]: row for row in json.loads((STUDY / "results.json").read_text())}


def values_of(metric: str, bits: int, rank: int) -> np.ndarray:
    """Returns the metric of the plain LoRA runs, in ascending order of seeds."""
    names = [f"{bits}bit_r{rank}_s{seed}" for seed in SEEDS]
    return np.array([rows()[name][metric] for name in names if name in rows()])


def degradation(metric: str, bits: int, rank: int) -> dict:
    """Returns the degradation in percent, and its 95 % interval if both configurations have several seeds.

    The interval is Welch's interval of candidate - ratio * baseline, divided by the baseline's mean. The variance of
    that difference equals the delta method's variance of the ratio, and SciPy computes its degrees of freedom. The t-test
    compares the means without the ratio.
    """
    baseline, candidate = values_of(metric, 16, rank), values_of(metric, bits, rank)
    ratio = candidate.mean() / baseline.mean()
    percent = float((ratio - 1) * 100)
    result = {
        "metric": metric,
        "rank": rank,
        "candidate_bits": bits,
        "baseline": sample(baseline),
        "candidate": sample(candidate),
        "percent": percent,
        "interval": None,
        "welch": None,
    }
    if len(baseline) > 1:
        around = stats.ttest_ind(candidate, ratio * baseline, equal_var=False).confidence_interval(0.95)
        low, high = (percent + float(bound / baseline.mean() * 100) for bound in around)
        test = stats.ttest_ind(candidate, baseline, equal_var=False)
        result["interval"] = {"low": low, "high": high, "confidence": 0.95}
        result["welch"] = {"t": float(test.statistic), "p": float(test.pvalue), "freedom": float(test.df)}
    return result


def sample(values: np.ndarray) -> dict:
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {"values": values.tolist(), "mean": float(values.mean()), "standard_deviation": deviation, "n": len(values)}


def minimum_rank(degradations: list[dict], metric: str, bits: int, threshold: float) -> dict:
    """Returns r*, the smallest tested rank from which every larger tested rank is below the threshold."""
    tested = [one for one in degradations if (one["metric"], one["candidate_bits"]) == (metric, bits)]
    failing = [one["rank"] for one in tested if one["percent"] >= threshold]
    passing = [one["rank"] for one in tested if one["percent"] < threshold]
    held = [rank for rank in passing if rank > max(failing, default=0)]
    bound = "NONE" if not held else "EXACT" if failing else "AT_MOST"
    verdicts = {one["rank"]: verdict(one, threshold) for one in tested}
    return {
        "metric": metric,
        "candidate_bits": bits,
        "threshold_percent": threshold,
        "rank": min(held, default=None),
        "bound": bound,
        "least_acceptable_rank": min(passing, default=None),
        "verdicts": verdicts,
    }


def verdict(one: dict, threshold: float) -> str:
    interval = one["interval"]
    if interval is not None and (interval["low"] < threshold) != (interval["high"] < threshold):
        return "INCONCLUSIVE"
    return "ACCEPTABLE" if one["percent"] < threshold else "UNACCEPTABLE"


if __name__ == "__main__":
    main()
