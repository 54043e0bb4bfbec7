"""Computes reference values for comparisons of predictions, from the samples of lm-evaluation-harness in the fixtures, with SciPy.

Run: python3 scripts/reference-figures/predictions.py > tests/reference-figures/predictions.json
(needs numpy and scipy)
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats

SAMPLES = Path(__file__).parents[2] / "tests/fixtures/formats/lm-eval-samples"


def items(run):
    (file,) = (SAMPLES / f"runs__{run}").glob("samples_parity_*.jsonl")
    return {item["doc_id"]: item for item in map(json.loads, file.read_text().splitlines())}


def choices(item):
    return [request["arg_1"] for request in item["arguments"].values()]


def answer(item):
    return choices(item)[int(np.argmax([float(response[0]) for response in item["filtered_resps"]]))]


baseline, candidate = items("16bit_r8_s1"), items("4bit_r8_s1")
assert baseline.keys() == candidate.keys()
pairs = [(baseline[key], candidate[key]) for key in baseline]


def compare(metric):
    left, right = (np.array([item[metric] for item in side]) for side in zip(*pairs))
    lost, gained = int(((left == 1) & (right == 0)).sum()), int(((left == 0) & (right == 1)).sum())
    test = stats.ttest_rel(right, left)
    interval = test.confidence_interval(0.95)
    return {
        "metric": metric,
        "baseline": left.mean(),
        "candidate": right.mean(),
        "mean": (right - left).mean(),
        "low": float(interval.low),
        "high": float(interval.high),
        "t": float(test.statistic),
        "p": float(test.pvalue),
        "rightToWrong": lost,
        "wrongToRight": gained,
        "bothRight": int(((left == 1) & (right == 1)).sum()),
        "bothWrong": int(((left == 0) & (right == 0)).sum()),
        "mcnemar": float(stats.binomtest(lost, lost + gained, 0.5).pvalue),
        "flipped": [item["doc_id"] for item, other in pairs if item[metric] != other[metric]],
    }


figures = {
    "n": len(pairs),
    "textMatches": sum(answer(left) == answer(right) for left, right in pairs),
    "exact": [
        sum(answer(item).strip() == choices(item)[int(item["target"])].strip() for item in side) for side in zip(*pairs)
    ],
    "metrics": [compare("acc"), compare("acc_norm")],
}
print(json.dumps(figures, indent=1))
