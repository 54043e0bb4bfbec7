"""The runs of the reference study: which there are, and how each is named."""

from dataclasses import dataclass

RANKS = (1, 2, 4, 8, 16)
SEEDS = (0, 1, 2)
BITS = (16, 4, 8)

STEP_SCALE = 2
"""alpha / r, the same at every rank: a sweep with one alpha for all ranks would change the step scale with the rank."""

INDEPENDENT_RANK = 3
"""The rank of the one pair whose runs start from different A; no other run has it, so that no mean over seeds does."""

CHECKPOINTED = ("16bit_r4_s0", "4bit_r4_s0")
"""The runs of which intermediate checkpoints are kept."""

MERGED = ("16bit_r8_s0", "4bit_r8_s0")
"""The runs that are merged into their base for the ONNX exports."""


@dataclass(frozen=True)
class Run:
    """One run to train: LoRA of rank `rank` over a base of `bits` bits a weight."""

    bits: int
    rank: int
    seed: int
    """Of the order of the data, and of A where `init_seed` is not given."""
    variant: str = ""
    """dora, rslora, or nothing for plain LoRA."""
    init_seed: int | None = None
    """Of the initial A, where it is another than `seed`."""

    @property
    def name(self) -> str:
        return f"{self.bits}bit_r{self.rank}_s{self.seed}" + (f"_{self.variant}" if self.variant else "")

    @property
    def method(self) -> str:
        plain = {"": "LoRA", "dora": "DoRA", "rslora": "rsLoRA"}[self.variant]
        return plain if self.bits == 16 else f"Q{plain}"


def all_runs() -> list[Run]:
    """All runs, seed by seed, so that a study that was cut short has whole seeds."""
    extra = [
        Run(16, 8, 0, variant="dora"),
        Run(16, 8, 0, variant="rslora"),
        Run(16, INDEPENDENT_RANK, 0),
        Run(4, INDEPENDENT_RANK, 0, init_seed=1000),
    ]
    grid = [Run(bits, rank, seed) for seed in SEEDS for rank in RANKS for bits in BITS]
    return grid[: len(RANKS) * len(BITS)] + extra + grid[len(RANKS) * len(BITS) :]
