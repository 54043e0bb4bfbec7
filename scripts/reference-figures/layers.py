"""Computes reference values for single layers of a study with NumPy, in float64. Forms and decomposes every dW in full.

Run: python3 scripts/reference-figures/layers.py STUDY_FOLDER RANK LAYER... > tests/reference-figures/STUDY_NAME-layers.json

Compares the final adapters of the 16-bit run (baseline) and the 4-bit run (candidate) at RANK: norms, singular values, the
overlap of their singular directions, and q, k and v of fused projections as thirds of the outputs.
"""

import json
import sys
from pathlib import Path

import numpy as np
from similarity import cosine, read_adapter


def main(study: Path, rank: int, names: list) -> None:
    (baseline,) = study.glob(f"*/16bit_r{rank}/final_model")
    (candidate,) = study.glob(f"*/4bit_r{rank}/final_model")
    factors = [read_adapter(baseline), read_adapter(candidate)]
    layers = [{"layer": name, **figures(factors[0][name], factors[1][name])} for name in names]
    result = {"made_by": "scripts/reference-figures/layers.py", "numpy": np.__version__, "rank": rank, "layers": layers}
    print(json.dumps(result, indent=1, allow_nan=False))


def figures(baseline: tuple, candidate: tuple) -> dict:
    """Compares two tuples (A: r x in, B: out x r, alpha / r). GPT-2 stores weights as in x out, so dW is A^T B^T."""
    (a1, b1, s1), (a2, b2, s2) = baseline, candidate
    w1, w2 = s1 * (b1 @ a1).T, s2 * (b2 @ a2).T
    u1, sigma, v1 = np.linalg.svd(w1, full_matrices=False)
    u2, _, v2 = np.linalg.svd(w2, full_matrices=False)
    r1, r2 = a1.shape[0], a2.shape[0]
    thirds = zip(np.split(w1, 3, axis=1), np.split(w2, 3, axis=1))
    return {
        "baseline": {
            "norm": float(np.linalg.norm(w1)),
            "singularValues": sigma[:r1].tolist(),
            "stableRank": float(np.sum(sigma**2) / sigma[0] ** 2),
        },
        "left": overlap(u1[:, :r1], u2[:, :r2]),
        "right": overlap(v1[:r1].T, v2[:r2].T),
        "leftTwo": overlap(u1[:, :2], u2[:, :2]),
        "rightTwo": overlap(v1[:2].T, v2[:2].T),
        "qkv": [{"cosine": cosine(x, y), "l2": float(np.linalg.norm(x - y))} for x, y in thirds],
    }


def overlap(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.linalg.norm(x.T @ y) ** 2 / min(x.shape[1], y.shape[1]))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        raise SystemExit("usage: layers.py STUDY_FOLDER RANK LAYER...")
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
