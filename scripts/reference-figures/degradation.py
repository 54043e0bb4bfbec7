"""Computes reference values for the degradation interval with SciPy: delta method, Welch-Satterthwaite degrees of freedom.

Run: python3 scripts/reference-figures/degradation.py > tests/reference-figures/degradation.json   (needs scipy)
"""

import json

import numpy as np
from scipy import stats

CASES = [
    ([1.97, 1.98, 1.96], [2.00, 2.01, 1.99]),
    ([1.97, 1.98], [2.20, 2.01]),
    ([0.5, 0.7, 0.6, 0.65], [0.55, 0.75]),
    ([3.0, 3.0, 3.0], [3.1, 3.2, 3.3]),
    ([10.0, 12.0, 9.0, 11.5, 10.5], [9.0, 9.5, 8.7, 9.2, 9.9]),
]


def figures(baseline, candidate, confidence=0.95):
    b, c = np.array(baseline), np.array(candidate)
    ratio = c.mean() / b.mean()
    from_c = c.var(ddof=1) / len(c) / b.mean() ** 2
    from_b = ratio**2 * b.var(ddof=1) / len(b) / b.mean() ** 2
    variance = from_c + from_b
    freedom = variance**2 / (from_c**2 / (len(c) - 1) + from_b**2 / (len(b) - 1))
    low, high = stats.t.interval(confidence, freedom, loc=(ratio - 1) * 100, scale=np.sqrt(variance) * 100)
    return {"baseline": baseline, "candidate": candidate, "percent": (ratio - 1) * 100, "low": low, "high": high}


print(json.dumps([figures(b, c) for b, c in CASES], indent=1))
