"""The runs of the reference study and their names."""

from dataclasses import dataclass

RANKS = (1, 2, 4, 8, 16)
SEEDS = (0, 1, 2)
BITS = (16, 4, 8)

STEP_SCALE = 2
"""alpha / r, equal at every rank: with one alpha for all ranks, the step scale would change with the rank."""

INDEPENDENT_RANK = 3
"""Rank of the only pair whose runs start from different A. No other run has it, so no mean over seeds is affected."""

CHECKPOINTED = ("16bit_r4_s0", "4bit_r4_s0")
"""Runs whose intermediate checkpoints are kept."""

MERGED = ("16bit_r8_s0", "4bit_r8_s0")
"""Runs that are merged into their base model for the ONNX exports."""


@dataclass(frozen=True)
class Run:
    """One run to train: LoRA of rank `rank` on a base model with `bits` bits per weight."""

    bits: int
    rank: int
    seed: int
    """Seed of the order of the data, and of the initial A if `init_seed` is None."""
    variant: str = ""
    """`dora`, `rslora`, or empty for plain LoRA."""
    init_seed: int | None = None
    """Seed of the initial A, if it differs from `seed`."""

    @property
    def name(self) -> str:
        return f"{self.bits}bit_r{self.rank}_s{self.seed}" + (f"_{self.variant}" if self.variant else "")

    @property
    def method(self) -> str:
        plain = {"": "LoRA", "dora": "DoRA", "rslora": "rsLoRA"}[self.variant]
        return plain if self.bits == 16 else f"Q{plain}"


def all_runs() -> list[Run]:
    """Returns all runs, seed by seed, so that an incomplete study has all runs of its first seeds."""
    extra = [
        Run(16, 8, 0, variant="dora"),
        Run(16, 8, 0, variant="rslora"),
        Run(16, INDEPENDENT_RANK, 0),
        Run(4, INDEPENDENT_RANK, 0, init_seed=1000),
    ]
    grid = [Run(bits, rank, seed) for seed in SEEDS for rank in RANKS for bits in BITS]
    return grid[: len(RANKS) * len(BITS)] + extra + grid[len(RANKS) * len(BITS) :]
