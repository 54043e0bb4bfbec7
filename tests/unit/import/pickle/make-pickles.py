"""Prints pickles.json: what CPython and NumPy write. Run: python3 make-pickles.py > pickles.json"""
import base64
import collections
import json
import os
import pickle

import numpy as np

PLAIN = [
    None, True, False, 0, -1, 255, 65536, 2**31, -(2**31), 2**53, -(2**63) - 1, 1.5, float("-inf"), "", "é😀\n\\'",
    b"", b"\x00\xff\x80", [1, [2]], (), (1,), (1, 2, 3, 4), {"a": {"b": 1}}, {1}, frozenset({2}),
    collections.OrderedDict([("k", 1)]),
]  # fmt: skip
NUMPY = [
    np.float16(1.5), np.float32(0.5), np.float64(2.5), np.int8(-5), np.int16(-500), np.int32(-70000), np.int64(-(2**60)),
    np.int64(7), np.uint8(200), np.uint16(60000), np.uint32(4 * 10**9), np.uint64(2**64 - 1), np.bool_(True),
]  # fmt: skip


class Call:
    """Pickles as the call of a function, as an attack does."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def text(value, protocol=4):
    return base64.b64encode(pickle.dumps(value, protocol=protocol)).decode()


rows = [
    {"experiment_name": f"4bit_r{r}", "quantization": "4bit", "rank": r, "training_loss": loss, "mean_memory_mb": np.float64(3283.5)}
    for r, loss in [(2, 2.0031534576416017), (4, np.float32(2.0))]
]
pickles = {
    "plain": [text(PLAIN, protocol) for protocol in range(6)],
    "numpy": [text(NUMPY, protocol) for protocol in range(6)],
    "prototypeKey": text({"__proto__": {"polluted": 1}, "constructor": 2}),
    "rows": text(rows),
    "summary": text({"memory_comparison": [{"rank": 2}], "weight_similarities": {"Layer 0": 0.89}, "optimal_rank": 2}),
    "forbidden": {
        "posix.system": [text(Call(os.system, "true"), protocol) for protocol in range(6)],
        "builtins.eval": [text(Call(eval, "1"), 4)],
        "__builtin__.eval": [text(Call(eval, "1"), 2)],
        "numpy._core.multiarray._reconstruct": [text(np.zeros(2), 4)],
        "datetime.date": [text(__import__("datetime").date(2024, 1, 1), 4)],
    },
}
print(json.dumps(pickles, indent=1))
