"""Computes reference values for spectra, subspaces and distances of small updates with NumPy and SciPy, in float64.

Run: python3 scripts/reference-figures/subspaces.py > tests/reference-figures/subspaces.json   (needs numpy and scipy)
"""

import json

import numpy as np
import scipy
from scipy import linalg, stats

# (in, out, rank 1, rank 2, scaling 1, scaling 2, relation of the second update to the first)
CASES = [
    (7, 5, 2, 2, 2.0, 2.0, "independent"),
    (6, 9, 3, 2, 4.0, 8.0, "independent"),
    (12, 8, 4, 4, 0.5, 0.5, "near"),
    (10, 30, 3, 3, 16.0, 2.0, "same"),
    (9, 9, 4, 3, 1.0, 1.0, "shared directions"),
]


def main() -> None:
    random = np.random.default_rng(20261124)
    cases = [case(random, *arguments) for arguments in CASES]
    print(json.dumps({"numpy": np.__version__, "scipy": scipy.__version__, "cases": cases}, indent=1, allow_nan=False))


def case(random, inputs, outputs, r1, r2, s1, s2, kind):
    a1, b1 = random.standard_normal((r1, inputs)), random.standard_normal((outputs, r1))
    a2, b2 = random.standard_normal((r2, inputs)), random.standard_normal((outputs, r2))
    if kind == "near":
        a2, b2 = a1 + 1e-6 * a2, b1 + 1e-6 * b2
    if kind == "same":
        a2, b2 = a1, b1
    if kind == "shared directions":
        a2, b2 = random.standard_normal((r2, r1)) @ a1, b1 @ random.standard_normal((r1, r2))
    w1, w2 = b1 @ a1, b2 @ a2
    return {
        "kind": kind,
        "inFeatures": inputs,
        "outFeatures": outputs,
        "baseline": {"a": a1.tolist(), "b": b1.tolist(), "scaling": s1, "spectrum": spectrum(s1 * w1, r1)},
        "candidate": {"a": a2.tolist(), "b": b2.tolist(), "scaling": s2, "spectrum": spectrum(s2 * w2, r2)},
        "cosine": float(np.sum(w1 * w2) / (np.linalg.norm(w1) * np.linalg.norm(w2))),
        "l2": {"ADAPTER": float(np.linalg.norm(s1 * w1 - s2 * w2)), "NONE": float(np.linalg.norm(w1 - w2))},
        "subspaces": subspaces(w1, w2, r1, r2),
    }


def spectrum(w, rank):
    sigma = np.linalg.svd(w, compute_uv=False)[:rank]
    energy = np.cumsum(sigma**2) / np.sum(sigma**2)
    return {
        "norm": float(np.linalg.norm(w)),
        "singularValues": sigma.tolist(),
        "stableRank": float(np.linalg.norm(w, "fro") ** 2 / np.linalg.norm(w, 2) ** 2),
        "effectiveRank": float(np.exp(stats.entropy(sigma))),
        "k90": int(np.argmax(energy >= 0.9)) + 1,
    }


def subspaces(w1, w2, r1, r2):
    (u1, _, v1), (u2, _, v2) = np.linalg.svd(w1), np.linalg.svd(w2)
    u1, u2, v1, v2 = u1[:, :r1], u2[:, :r2], v1[:r1].T, v2[:r2].T
    phi = lambda x, y: [
        [float(np.linalg.norm(x[:, : i + 1].T @ y[:, : j + 1]) ** 2 / (min(i, j) + 1)) for j in range(y.shape[1])]
        for i in range(x.shape[1])
    ]
    return {
        "left": phi(u1, u2),
        "right": phi(v1, v2),
        # SciPy returns angles in descending order, and computes small angles from their sines.
        "leftAngles": linalg.subspace_angles(u1, u2)[::-1].tolist(),
        "rightAngles": linalg.subspace_angles(v1, v2)[::-1].tolist(),
    }


main()
