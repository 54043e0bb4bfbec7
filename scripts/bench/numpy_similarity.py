"""Times two NumPy implementations that Rankscope is compared with: the notebook's and the factor formula.

    python3 scripts/bench/numpy_similarity.py RUNS BASELINE.safetensors CANDIDATE.safetensors

Prints JSON: the seconds of each run of each implementation, including reading the files, and the mean cosine over the layers.
"""

import json
import re
import struct
import sys
import time

import numpy as np


def main(runs: int, baseline: str, candidate: str) -> None:
    result = {"numpy": np.__version__}
    for name, implementation in (("form", form_both), ("factors", by_factors)):
        seconds = []
        for _ in range(runs + 1):
            start = time.perf_counter()
            left, right = read_factors(baseline), read_factors(candidate)
            cosines = [implementation(*left[layer], *right[layer]) for layer in left]
            seconds.append(time.perf_counter() - start)
        # Skip the first run, which reads the files from disk and starts the BLAS threads.
        result[name] = {"seconds": seconds[1:], "mean_cosine": float(np.mean(cosines))}
    print(json.dumps(result))


def form_both(a1, b1, a2, b2):
    """Compares in float32: forms both updates in full and flattens them."""
    w1, w2 = (b1 @ a1).flatten(), (b2 @ a2).flatten()
    l2 = np.linalg.norm(w1 - w2)
    cosine = np.dot(w1, w2) / (np.linalg.norm(w1) * np.linalg.norm(w2))
    assert np.isfinite(l2)
    return cosine


def by_factors(a1, b1, a2, b2):
    """Compares in float64 by <W1, W2> = sum((B1^T B2) * (A1 A2^T)). Norms and distance use the same formula."""
    a1, b1, a2, b2 = (x.astype(np.float64) for x in (a1, b1, a2, b2))
    product = lambda a, b, c, d: np.sum((b.T @ d) * (a @ c.T))
    n1, n2, p = product(a1, b1, a1, b1), product(a2, b2, a2, b2), product(a1, b1, a2, b2)
    assert n1 + n2 - 2 * p >= 0
    return p / np.sqrt(n1 * n2)


def read_factors(path: str) -> dict:
    """Returns (A, B) by layer from a safetensors file of float32 tensors."""
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(content, "<f4", (end - start) // 4, 8 + length + start).reshape(entry["shape"])
    return {
        re.sub(r"\.lora_A\..*", "", name): (a, tensors[name.replace("lora_A", "lora_B")])
        for name, a in tensors.items()
        if "lora_A" in name
    }


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
