"""Computes reference values for the compute engine: comparisons of small updates, with higher precision than float64.

    python scripts/reference-figures/engine.py > tests/reference-figures/engine.json        (needs NumPy, SciPy and mpmath)

Every dW = B A is formed in full. Inner products, norms and distances are computed with 60 digits (mpmath) from the printed
float64 factors. Singular values and subspaces come from LAPACK's SVD of dW in float64, principal angles from
scipy.linalg.subspace_angles of the singular vectors. The script shares neither code nor formulas with Rankscope.
"""

import json

import mpmath
import numpy as np
import scipy
from scipy.linalg import subspace_angles

mpmath.mp.dps = 60
IN, OUT = 7, 9


def main() -> None:
    random = np.random.default_rng(20261124)

    def update(rank, scale=1.0):
        return random.standard_normal((rank, IN)) * scale, random.standard_normal((OUT, rank)) * scale

    def perturb(factors, by):
        return tuple(x + by * random.standard_normal(x.shape) for x in factors)

    def regauge(factors):
        """Returns other factors of the same update: (B M^-1, M A). M consists of powers of two, so nothing is rounded."""
        a, b = factors
        return np.diag([4.0] + [0.5] * (a.shape[0] - 1)) @ a, b @ np.diag([0.25] + [2.0] * (a.shape[0] - 1))

    def collapsed(rank):
        """Returns an update of nearly rank 1: all columns of B have almost the same direction."""
        a, b = update(rank)
        return a, np.outer(b[:, 0], np.arange(1.0, rank + 1)) + 1e-3 * b

    base, start = update(3), update(3)
    cases = {
        "unrelated": (update(3), update(3), 1.0),
        "other ranks": (update(2), update(4), 1.0),
        "one start": (start, perturb(start, 0.1), 1.0),
        "close": (base, perturb(base, 1e-4), 1.0),
        "very close": (base, perturb(base, 1e-9), 1.0),
        "close but for the scaling": (base, tuple([base[0], base[1] / 3]), 3.0),
        "the same update in other factors": (base, regauge(base), 1.0),
        "opposed": (base, (base[0], -base[1]), 1.0),
        "scaled": (update(3), update(3), 0.37),
        "tiny": (update(2, 1e-20), update(2, 1e-20), 1.0),
        "huge": (update(2, 1e18), update(2, 1e18), 1.0),
        "collapsed": (collapsed(4), update(4), 1.0),
        "zero": (update(2), (update(2)[0], np.zeros((OUT, 2))), 1.0),
    }
    result = {
        "made_by": "scripts/reference-figures/engine.py",
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "mpmath": mpmath.__version__},
        "inFeatures": IN,
        "outFeatures": OUT,
        "cases": [{"name": name, **compare(*case)} for name, case in cases.items()],
    }
    print(json.dumps(result, allow_nan=False))


def compare(left, right, ratio):
    exact = [exact_update(*left), exact_update(*right)]
    w1, w2 = ([x for row in w.tolist() for x in row] for w in exact)
    dot = lambda x, y: mpmath.fsum(p * q for p, q in zip(x, y))
    difference = [p - mpmath.mpf(ratio) * q for p, q in zip(w1, w2)]
    n1, n2, product = dot(w1, w1), dot(w2, w2), dot(w1, w2)
    return {
        "left": {"a": left[0].tolist(), "b": left[1].tolist()},
        "right": {"a": right[0].tolist(), "b": right[1].tolist()},
        "scalingRatio": ratio,
        "innerProduct": float(product),
        "leftSquaredNorm": float(n1),
        "rightSquaredNorm": float(n2),
        "distance": float(mpmath.sqrt(dot(difference, difference))),
        "cosine": float(product / mpmath.sqrt(n1 * n2)) if n1 * n2 > 0 else None,
        "initialCosine": initial_cosine(left[0], right[0]),
        "spectra": [spectrum(left), spectrum(right)],
        "subspaces": subspaces(left, right),
    }


def exact_update(a, b):
    return mpmath.matrix(b.tolist()) * mpmath.matrix(a.tolist())


def initial_cosine(a1, a2):
    return float(np.sum(a1 * a2) / (np.linalg.norm(a1) * np.linalg.norm(a2))) if a1.shape == a2.shape else None


def spectrum(factors):
    a, b = factors
    return np.linalg.svd(b @ a, compute_uv=False)[: a.shape[0]].tolist()


def subspaces(left, right):
    bases = []
    for a, b in (left, right):
        u, s, vt = np.linalg.svd(b @ a)
        rank = int(np.sum(s > 1e-7 * s[0])) if s[0] > 0 else 0
        bases.append((u[:, :rank], vt[:rank].T))
    (u1, v1), (u2, v2) = bases
    if 0 in (u1.shape[1], u2.shape[1]):
        return None
    cosines = lambda x, y: sorted(np.cos(subspace_angles(x, y)).tolist(), reverse=True)
    return {
        "leftRank": u1.shape[1],
        "rightRank": u2.shape[1],
        "outOverlaps": ((u1.T @ u2) ** 2).flatten().tolist(),
        "inOverlaps": ((v1.T @ v2) ** 2).flatten().tolist(),
        "outCosines": cosines(u1, u2),
        "inCosines": cosines(v1, v2),
    }


if __name__ == "__main__":
    main()
