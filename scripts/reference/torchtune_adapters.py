"""Writes tests/fixtures/formats/torchtune-adapters/: what torchtune leaves of LoRA runs of a tiny model.

The checkpointer for Meta's format saves adapter_model.pt per epoch, without a configuration of PEFT, and DiskLogger writes
torchtune_config.yaml. The checkpointer for Hugging Face's format also saves the files of PEFT.
tests/fixtures/updates/torchtune-adapters.json has the last epoch's updates as NumPy computes them from the model.

Needs torchtune, torchao and torch; the tests do not need Python.
Run: python3 scripts/reference/torchtune_adapters.py tests/fixtures
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from omegaconf import OmegaConf
from safetensors.torch import save_file
from torchtune import training
from torchtune.models.llama2 import lora_llama2
from torchtune.modules.peft import DoRALinear, LoRALinear, get_adapter_params
from torchtune.training import FullModelHFCheckpointer, FullModelMetaCheckpointer
from torchtune.training.metric_logging import DiskLogger

from made_by import record
from updates import write

fixtures = Path(sys.argv[1])
root = fixtures / "formats" / "torchtune-adapters"
RANK, ALPHA = 2, 16


def model(use_dora: bool) -> torch.nn.Module:
    return lora_llama2(
        lora_attn_modules=["q_proj", "v_proj"], apply_lora_to_mlp=True, apply_lora_to_output=False, vocab_size=12, num_layers=1,
        num_heads=2, num_kv_heads=1, embed_dim=8, max_seq_len=16, intermediate_dim=12, lora_rank=RANK, lora_alpha=ALPHA,
        use_dora=use_dora,
    )  # fmt: skip


def run(name: str, use_dora: bool, form: str, seed: int) -> dict[str, np.ndarray]:
    out = root / name
    config = OmegaConf.create(
        {
            "output_dir": str(Path("runs") / name),
            "model": {
                "_component_": "torchtune.models.llama2.lora_llama2_7b", "lora_attn_modules": ["q_proj", "v_proj"],
                "apply_lora_to_mlp": True, "lora_rank": RANK, "lora_alpha": ALPHA, "lora_dropout": 0.0, "use_dora": use_dora,
            },
            "seed": seed, "batch_size": 2, "epochs": 2, "gradient_accumulation_steps": 4,
            "optimizer": {"_component_": "torch.optim.AdamW", "lr": 3e-4},
        }
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as base:
        if form == "meta":
            torch.save({}, Path(base) / "consolidated.pth")
            checkpointer = FullModelMetaCheckpointer(base, ["consolidated.pth"], "LLAMA2", str(out))
        else:
            save_file({"x": torch.zeros(1)}, Path(base) / "model.safetensors")
            hf = {"num_attention_heads": 2, "num_key_value_heads": 1, "hidden_size": 8, "_name_or_path": "tiny/llama"}
            (Path(base) / "config.json").write_text(json.dumps(hf))
            checkpointer = FullModelHFCheckpointer(base, ["model.safetensors"], "LLAMA2", str(out))
            checkpointer._config = hf
        trained = model(use_dora)
        for epoch in range(2):
            generator = torch.Generator().manual_seed(10 * seed + epoch)
            for _, parameter in sorted(get_adapter_params(trained).items()):
                parameter.data = torch.randn(parameter.shape, generator=generator) / 4
            state = {
                training.ADAPTER_KEY: {key: value.detach().clone() for key, value in get_adapter_params(trained).items()},
                training.ADAPTER_CONFIG: {
                    "r": RANK, "lora_alpha": ALPHA, "target_modules": ["q_proj", "v_proj", "w1", "w2", "w3"], "peft_type": "LORA",
                },
            }  # fmt: skip
            checkpointer.save_checkpoint(state, epoch=epoch, intermediate_checkpoint=False, adapter_only=True)
    logger = DiskLogger(str(out), filename="log_1.txt", output_dir=str(out))
    config.output_dir = str(out)
    logger.log_config(config)
    for step in range(1, 4):
        logger.log_dict({"loss": 3.0 - step / 8, "lr": 3e-4}, step=step)
    logger.close()
    written = (out / "torchtune_config.yaml").read_text()
    (out / "torchtune_config.yaml").write_text(written.replace(str(out), f"/runs/{name}"))
    return {
        path: ALPHA / RANK * module.lora_b.weight.detach().double().numpy() @ module.lora_a.weight.detach().double().numpy()
        for path, module in trained.named_modules()
        if isinstance(module, (LoRALinear, DoRALinear))
    }


shutil.rmtree(root, ignore_errors=True)
root.mkdir(parents=True)
runs = {"lora_r2": run("lora_r2", False, "meta", 1), "dora_r2": run("dora_r2", True, "meta", 2)}
run("converted_r2", False, "hf", 3)
write(fixtures / "updates" / "torchtune-adapters.json", runs, [("lora_r2", "dora_r2")])
record(root, "torchtune", "torch")
