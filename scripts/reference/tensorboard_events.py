"""Writes tests/fixtures/formats/tensorboard/: event files of three writers.

trainer/ is one run of two starts, logged by the callback of the Hugging Face Trainer through PyTorch's SummaryWriter.
tensors/ has scalars as tensors, as TensorFlow 2 writes them, logged by TensorBoard's own writer.

Needs tensorboard, torch and transformers; the tests do not need Python.
Run: python3 scripts/reference/tensorboard_events.py tests/fixtures/formats/tensorboard
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from tensorboard.summary import Writer
from transformers import GPT2Config, TrainingArguments
from transformers.integrations import TensorBoardCallback
from transformers.trainer_callback import TrainerControl, TrainerState

from made_by import record

out = Path(sys.argv[1])
shutil.rmtree(out, ignore_errors=True)


class Model:
    """The part of a model that the callback reads."""

    config = GPT2Config(n_layer=2, n_embd=8, n_head=2)


def start(folder: Path, steps: range, offset: float) -> None:
    """Logs one start of training. A later start repeats the last steps of the one before it."""
    arguments = TrainingArguments(
        output_dir="out", seed=7, learning_rate=2e-4, per_device_train_batch_size=4, report_to=[], use_cpu=True
    )
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder)
    arguments.logging_dir = str(folder)
    callback = TensorBoardCallback()
    state, control = TrainerState(), TrainerControl()
    state.is_world_process_zero = True
    callback.on_train_begin(arguments, state, control, model=Model())
    for step in steps:
        state.global_step = step
        callback.on_log(arguments, state, control, logs={"loss": 3 - step / 100 + offset, "epoch": step / 100})
        if step % 20 == 0:
            callback.on_log(arguments, state, control, logs={"eval_loss": 3.5 - step / 100 + offset})
    callback.on_train_end(arguments, state, control)


start(out / "trainer", range(10, 50, 10), 0)
time.sleep(1.1)
start(out / "trainer", range(30, 70, 10), 0.25)

with tempfile.TemporaryDirectory() as folder:
    writer = Writer(folder)
    for step in range(3):
        writer.add_scalar("train/loss", np.float32(2 - step / 4), step)
    writer.close()
    shutil.copytree(folder, out / "tensors")

# The file names contain the machine's name and the process.
for file in sorted(out.rglob("events.out.tfevents.*")):
    parts = file.name.split(".")
    file.rename(file.with_name(".".join([*parts[:4], "host", "1", parts[-1]])))
record(out, "tensorboard", "torch", "transformers")
