"""Computes reference values for the interval with a pooled relative standard deviation (POOLED_T) with NumPy and SciPy, and
the p-values of the ranks adjusted by Holm's method with statsmodels.

Run: python3 scripts/reference-figures/pooled.py > tests/reference-figures/pooled.json   (needs scipy and statsmodels)
"""

import json

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

# Losses by rank: the baseline's, then the candidate's.
SWEEPS = [
    {2: ([2.00, 2.02, 1.97], [2.10, 2.07, 2.13]), 4: ([1.90, 1.93], [1.92, 1.97]), 8: ([1.80], [1.83])},
    {8: ([4.41, 4.44, 4.40, 4.39], [4.60, 4.52]), 16: ([4.19], [4.21, 4.18, 4.25])},
]


def pooled(sweep, confidence=0.95):
    samples = [np.array(values) for pair in sweep.values() for values in pair]
    # The residuals of all samples together, each relative to the mean of its sample.
    residuals = np.concatenate([values / values.mean() - 1 for values in samples if len(values) > 1])
    freedom = sum(len(values) - 1 for values in samples)
    deviation = np.sqrt(np.sum(residuals**2) / freedom)
    tests = {
        rank: stats.ttest_ind(c, b, equal_var=False).pvalue
        for rank, (b, c) in sweep.items()
        if len(b) > 1 and len(c) > 1
    }
    adjusted = dict(zip(tests, multipletests(list(tests.values()), method="holm")[1]))
    ranks = []
    for rank, (baseline, candidate) in sweep.items():
        ratio = np.mean(candidate) / np.mean(baseline)
        scale = 100 * ratio * deviation * np.sqrt(1 / len(baseline) + 1 / len(candidate))
        low, high = stats.t.interval(confidence, freedom, loc=100 * (ratio - 1), scale=scale)
        holm = adjusted.get(rank)
        ranks.append(
            {
                "rank": rank,
                "baseline": baseline,
                "candidate": candidate,
                "low": float(low),
                "high": float(high),
                "holmP": None if holm is None else float(holm),
            }
        )
    return {"relativeDeviation": float(deviation), "degreesOfFreedom": freedom, "ranks": ranks}


print(json.dumps([pooled(sweep) for sweep in SWEEPS], indent=1))
