"""Writes tests/fixtures/formats/mlx/: adapters that MLX-LM trained on a tiny model, and the last LoRA one as PEFT saves it.

`mlx_lm.lora.train_model` trains and saves: adapters.safetensors, a numbered file every two iterations, and adapter_config.json;
its console output is train.log. tests/fixtures/updates/mlx.json has the updates: scale * lora_b^T lora_a^T in float64, computed
by NumPy from the factors of the trained model (not from the files).

Needs mlx[cpu] and mlx-lm, and for `peft_r4` torch, transformers and peft; the tests do not need Python.
Run: python3 scripts/reference/mlx_adapters.py tests/fixtures
"""

import contextlib
import io
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import mlx.core as mx
import numpy as np
from mlx_lm import lora
from mlx_lm.models import llama
from made_by import record
from updates import write

fixtures = Path(sys.argv[1])
root = fixtures / "formats" / "mlx"
VOCABULARY = 24
SHAPES = {"hidden_size": 8, "num_hidden_layers": 2, "intermediate_size": 12, "num_attention_heads": 2}
ARGS = llama.ModelArgs(
    model_type="llama", rms_norm_eps=1e-5, vocab_size=VOCABULARY, num_key_value_heads=1, **SHAPES
)
KEYS = ["self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"]


class Sentences:
    """Token sequences in the place of mlx_lm's data sets."""

    def __init__(self, count: int) -> None:
        self.rows = [([(i * k + k) % VOCABULARY for i in range(12)], 0) for k in range(1, count + 1)]

    def __getitem__(self, at: int):
        return self.rows[at]

    def process(self, row):
        return row

    def __len__(self) -> int:
        return len(self.rows)


def train(name: str, kind: str, keys: list[str], rank: int, scale: float, seed: int) -> dict[str, np.ndarray]:
    """Trains and saves one run. Returns its updates."""
    mx.random.seed(7)
    model = llama.Model(ARGS)
    arguments = {
        **lora.CONFIG_DEFAULTS,
        "model": "tiny/llama-8",
        "train": True,
        "data": "made-up",
        "fine_tune_type": kind,
        "seed": seed,
        "num_layers": 2,
        "batch_size": 2,
        "iters": 4,
        "val_batches": 1,
        "learning_rate": 0.01,
        "steps_per_report": 2,
        "steps_per_eval": 4,
        "save_every": 2,
        "max_seq_length": 16,
        "adapter_path": str(root / name),
        "lora_parameters": {"rank": rank, "scale": scale, "dropout": 0.0, "keys": keys},
    }
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        lora.train_model(SimpleNamespace(**arguments), model, Sentences(4), Sentences(2))
    (root / name / "train.log").write_text(output.getvalue())
    factors = {
        path: module
        for path, module in model.named_modules()
        if "lora_a" in module and "lora_b" in module
    }
    return {
        path: scale * np.array(module.lora_b).astype(np.float64).T @ np.array(module.lora_a).astype(np.float64).T
        for path, module in factors.items()
        if "embed" not in path
    } | {
        # An embedding's weight is vocabulary x dimension: it gets scale * lora_a lora_b.
        path: scale * np.array(module.lora_a).astype(np.float64) @ np.array(module.lora_b).astype(np.float64)
        for path, module in factors.items()
        if "embed" in path
    }


def as_peft(name: str, source: str, rank: int, scale: float) -> None:
    """Saves the update of the run `source` with PEFT, on a model of transformers that has the same modules."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    model = LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, num_key_value_heads=1, **SHAPES))
    model.config._name_or_path = "tiny/llama-8"
    config = LoraConfig(r=rank, lora_alpha=scale * rank, target_modules=[key.split(".")[-1] for key in KEYS])
    adapted = get_peft_model(model, config)
    weights = mx.load(str(root / source / "adapters.safetensors"))
    for path, module in adapted.base_model.model.named_modules():
        if f"{path}.lora_a" not in weights:
            continue
        for own, key in [("lora_A", "lora_a"), ("lora_B", "lora_b")]:
            values = torch.from_numpy(np.array(weights[f"{path}.{key}"]).T.copy())
            getattr(module, own)["default"].weight.data = values
    adapted.save_pretrained(root / name)
    (root / name / "README.md").unlink()


shutil.rmtree(root, ignore_errors=True)
runs = {
    "lora_r4": train("lora_r4", "lora", KEYS, 4, 5.0, 0),
    "dora_r4": train("dora_r4", "dora", KEYS, 4, 5.0, 1),
    "embedding_r2": train("embedding_r2", "lora", ["self_attn.q_proj", "model.embed_tokens"], 2, 20.0, 0),
}
as_peft("peft_r4", "lora_r4", 4, 5.0)
runs["peft_r4"] = runs["lora_r4"]
pairs = [("lora_r4", "peft_r4"), ("dora_r4", "peft_r4"), ("lora_r4", "dora_r4"), ("embedding_r2", "peft_r4")]
write(fixtures / "updates" / "mlx.json", runs, pairs)
record(root, "mlx", "mlx-lm", "peft", "transformers")
