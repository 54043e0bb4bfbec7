"""Computes reference values for the tests of paired data in src/derive/statistics with SciPy and statsmodels.

Run: python3 scripts/reference-figures/paired_tests.py > tests/reference-figures/paired-tests.json
(needs scipy and statsmodels)
"""

import json

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

BLOCKS = [
    [[1.0, 2.0, 3.0, 4.0], [1.1, 2.2, 2.9, 4.5], [2.0, 1.0, 3.0, 4.0]],
    [[0.5, 0.5, 0.7], [0.4, 0.6, 0.6], [0.1, 0.2, 0.2], [0.9, 0.8, 0.7]],
    [[5.0, 3.0, 1.0, 2.0, 4.0], [2.0, 4.0, 5.0, 1.0, 3.0]],
]
P_VALUES = [[0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.9], [0.001], [0.02, 0.02, 0.02]]
FLIPS = [(8, 2), (5, 5), (0, 0), (0, 6), (30, 12), (1, 1), (3, 9)]


def friedman(blocks):
    table = np.array(blocks)
    result = stats.friedmanchisquare(*table.T)
    rows, columns = table.shape
    return {
        "blocks": blocks,
        "chiSquared": float(result.statistic),
        "p": float(result.pvalue),
        "kendallsW": float(result.statistic / (rows * (columns - 1))),
    }


def paired_bootstrap(seed):
    generator = np.random.default_rng(seed)
    differences = np.round(generator.normal(0.1, 0.5, 60), 6)
    result = stats.bootstrap(
        (differences,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(seed + 1)
    )
    interval = result.confidence_interval
    return {
        "differences": differences.tolist(),
        "mean": float(differences.mean()),
        "low": float(interval.low),
        "high": float(interval.high),
    }


print(
    json.dumps(
        {
            "friedman": [friedman(blocks) for blocks in BLOCKS],
            "holm": [{"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()} for p in P_VALUES],
            "mcnemar": [
                {
                    "onlyBaseline": lost,
                    "onlyCandidate": gained,
                    "p": float(mcnemar([[1, lost], [gained, 1]], exact=True).pvalue) if lost + gained else 1.0,
                }
                for lost, gained in FLIPS
            ],
            "pairedBootstrap": [paired_bootstrap(seed) for seed in (3, 4)],
        },
        indent=1,
    )
)
