"""Computes reference values for the statistics of src/derive with SciPy and NumPy.

The bootstrap uses the same stream of random numbers as Rankscope, so that SciPy computes intervals from the same samples.

Run: python3 scripts/reference-figures/intervals_and_tests.py > tests/reference-figures/statistics.json   (needs scipy)
"""

import json
from types import SimpleNamespace

import numpy as np
from scipy import stats

SAMPLES = [
    ([1.97, 1.98, 1.96], [2.00, 2.02, 1.99]),
    ([1.97, 1.98, 1.93], [2.20, 2.01, 2.05]),
    ([0.5, 0.7, 0.6, 0.65], [0.55, 0.75, 0.62, 0.7]),
    ([10.0, 12.0, 9.0, 11.5, 10.5], [9.0, 9.5, 8.7, 9.2, 9.9]),
    ([2.31, 2.29, 2.35, 2.30, 2.28, 2.33, 2.36], [2.40, 2.35, 2.47, 2.39, 2.33, 2.41, 2.44]),
    ([-3.1, -2.9, -3.3, -3.0], [-2.8, -2.7, -3.1, -2.6]),
]
LINES = [
    ([2, 4, 8, 16], [3284.5923, 3287.5923, 3292.0923, 3301.0923]),
    ([1, 2, 3, 4], [1.4418, 1.3741, 1.3325, 1.4201]),
    ([1, 2, 3, 4, 5, 5], [7.9, 5.1, 3.2, 0.8, -1.0, -0.7]),
]
OUTLIERS = [
    [0.10, 0.11, 0.12, 0.10, 0.13, 0.11, 0.30],
    [0.5, 0.51, 0.49, 0.52, 0.48, 0.5, 0.47, 0.02],
]
RESAMPLES, SEED = 499, 7


def stream(seed):
    counter = seed & 0xFFFFFFFF
    while True:
        counter = (counter + 0x9E3779B9) & 0xFFFFFFFF
        mixed = counter
        mixed = ((mixed ^ (mixed >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
        yield (mixed ^ (mixed >> 16)) / 2**32


def percent(baseline, candidate, axis=-1):
    b, c = np.mean(baseline, axis=axis), np.mean(candidate, axis=axis)
    return (c - b) / np.abs(b) * 100


def bootstrap(baseline, candidate, method):
    numbers = stream(SEED)
    drawn = []
    for _ in range(RESAMPLES):
        groups = [[group[int(next(numbers) * len(group))] for _ in group] for group in (baseline, candidate)]
        drawn.append(percent(*groups))
    result = stats.bootstrap(
        (baseline, candidate),
        percent,
        vectorized=True,
        paired=False,
        n_resamples=0,
        method=method,
        bootstrap_result=SimpleNamespace(bootstrap_distribution=np.array(drawn)),
    )
    return list(result.confidence_interval)


def delta(baseline, candidate):
    b, c = np.array(baseline), np.array(candidate)
    ratio = c.mean() / b.mean()
    from_c, from_b = c.var(ddof=1) / len(c) / b.mean() ** 2, ratio**2 * b.var(ddof=1) / len(b) / b.mean() ** 2
    freedom = (from_c + from_b) ** 2 / (from_c**2 / (len(c) - 1) + from_b**2 / (len(b) - 1))
    return list(stats.t.interval(0.95, freedom, loc=percent(b, c), scale=np.sqrt(from_c + from_b) * 100))


def paired(baseline, candidate):
    """Returns the delta method's interval from the covariance of the two means, and SciPy's paired test."""
    b, c = np.array(baseline), np.array(candidate)
    covariance = np.cov(b, c) / len(b)
    gradient = np.array([-c.mean() / b.mean() ** 2, 1 / b.mean()])
    scale = np.sqrt(gradient @ covariance @ gradient) * 100
    test = stats.ttest_rel(c, b)
    interval = stats.t.interval(0.95, len(b) - 1, loc=percent(b, c), scale=scale)
    return {"interval": list(interval), "t": test.statistic, "degreesOfFreedom": int(test.df), "p": test.pvalue}


def comparison(baseline, candidate):
    welch = stats.ttest_ind(candidate, baseline, equal_var=False)
    return {
        "baseline": baseline,
        "candidate": candidate,
        "percent": percent(baseline, candidate),
        "welch": {"t": welch.statistic, "degreesOfFreedom": welch.df, "p": welch.pvalue},
        "interval": delta(baseline, candidate),
        "paired": paired(baseline, candidate),
        "percentile": bootstrap(baseline, candidate, "percentile"),
        "bca": bootstrap(baseline, candidate, "BCa"),
    }


def line(x, y, at=6.0):
    fit = stats.linregress(x, y)
    n, mean = len(x), np.mean(x)
    residual = np.sqrt(np.sum((np.array(y) - fit.intercept - fit.slope * np.array(x)) ** 2) / (n - 2))
    scale = residual * np.sqrt(1 + 1 / n + (at - mean) ** 2 / np.sum((np.array(x) - mean) ** 2))
    value = fit.intercept + fit.slope * at
    return {
        "x": x,
        "y": y,
        "slope": fit.slope,
        "intercept": fit.intercept,
        "rSquared": fit.rvalue**2,
        "slopeP": fit.pvalue,
        "at": at,
        "value": value,
        "interval": list(stats.t.interval(0.95, n - 2, loc=value, scale=scale)),
    }


def robust(values):
    deviation = stats.median_abs_deviation(values, scale="normal")
    return {"values": values, "z": list((np.array(values) - np.median(values)) / deviation)}


print(
    json.dumps(
        {
            "resamples": RESAMPLES,
            "seed": SEED,
            "comparisons": [comparison(*sample) for sample in SAMPLES],
            "lines": [line(*points) for points in LINES],
            "outliers": [robust(values) for values in OUTLIERS],
        },
        indent=1,
    )
)
