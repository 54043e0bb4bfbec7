"""Writes tests/fixtures/formats/{training-arguments,trl-arguments}/: training_args.bin as Trainer.save_model and TRL's trainers write it.

Needs torch, transformers, accelerate and trl; the tests do not need Python.
Run: python3 scripts/reference/training_arguments.py tests/fixtures/formats
"""

import shutil
import sys
from pathlib import Path

import torch
from made_by import record
from transformers import TrainingArguments
from transformers.trainer import TRAINING_ARGS_NAME
from trl import DPOConfig, SFTConfig

root = Path(sys.argv[1]).resolve()

COMMON = {
    "output_dir": "runs/4bit_r8_s1",
    "run_name": "4bit_r8_s1",
    "seed": 7,
    "data_seed": 11,
    "learning_rate": 2e-4,
    "lr_scheduler_type": "cosine",
    "warmup_steps": 5,
    "per_device_train_batch_size": 2,
    "gradient_accumulation_steps": 4,
    "num_train_epochs": 2,
    "max_steps": 60,
    "optim": "adamw_torch",
    "weight_decay": 0.01,
    "use_cpu": True,
    "report_to": "none",
}


def write(name: str, arguments: dict[str, TrainingArguments], *packages: str) -> None:
    out = root / name
    shutil.rmtree(out, ignore_errors=True)
    for run, values in arguments.items():
        (out / run).mkdir(parents=True)
        torch.save(values, out / run / TRAINING_ARGS_NAME)
    record(out, *packages)


write("training-arguments", {"trainer": TrainingArguments(**COMMON)}, "transformers", "torch", "accelerate")
write(
    "trl-arguments",
    {
        "sft": SFTConfig(**COMMON, max_length=512, packing=True),
        "dpo": DPOConfig(**COMMON, max_length=512, beta=0.2),
    },
    "trl",
    "transformers",
    "torch",
    "accelerate",
)
