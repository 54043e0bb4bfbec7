"""Describes weight updates for the tests: the update of each layer as float64, from NumPy alone."""

import json
from pathlib import Path

import numpy as np


def describe(update: np.ndarray) -> dict:
    """Returns the shape of an update, its squared norm, and its inner product with the probe sin(1 + i * columns + j)."""
    matrix = update.astype(np.float64).reshape(update.shape[0], -1)
    probe = np.sin(1 + np.arange(matrix.size)).reshape(matrix.shape)
    return {
        "shape": list(matrix.shape),
        "squaredNorm": float((matrix * matrix).sum()),
        "probe": float((matrix * probe).sum()),
    }


def pair(one: np.ndarray, other: np.ndarray) -> dict:
    """Returns the cosine and the distance of two updates."""
    one, other = one.astype(np.float64).ravel(), other.astype(np.float64).ravel()
    return {
        "cosine": float(one @ other / np.sqrt((one @ one) * (other @ other))),
        "l2Distance": float(np.linalg.norm(one - other)),
    }


def write(path: Path, runs: dict[str, dict[str, np.ndarray]], pairs: list[tuple[str, str]]) -> None:
    """Writes the layers of each run, and of each pair of runs those that both adapt."""
    described = {name: {layer: describe(update) for layer, update in layers.items()} for name, layers in runs.items()}
    compared = [
        {
            "baseline": one,
            "candidate": other,
            "layers": {layer: pair(update, runs[other][layer]) for layer, update in runs[one].items() if layer in runs[other]},
        }
        for one, other in pairs
    ]
    path.write_text(json.dumps({"runs": described, "pairs": compared}, indent=1) + "\n")
