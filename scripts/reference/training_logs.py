"""Writes tests/fixtures/formats/{llama-factory,trainer-results,torchtune}/: logs and closing figures of trainers.

Each file is written by the tool's own code: the log callback and the writer of predictions of LLaMA-Factory, Trainer.save_metrics
of transformers, and torchtune's DiskLogger. No model is trained: the numbers are made up.

Needs llamafactory, transformers and torchtune (all with --no-deps beside torch); the tests do not need Python.
Run: python3 scripts/reference/training_logs.py tests/fixtures/formats
"""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

from made_by import record

root = Path(sys.argv[1])


def fresh(name: str) -> Path:
    shutil.rmtree(root / name, ignore_errors=True)
    (root / name).mkdir(parents=True)
    return root / name


def trainer_results() -> None:
    from transformers import Trainer

    out = fresh("trainer-results")
    trainer = SimpleNamespace(args=SimpleNamespace(output_dir=str(out)), is_world_process_zero=lambda: True)
    metrics = {
        "train": {"epoch": 3.0, "train_loss": 1.875, "train_runtime": 12.5, "train_samples": 100, "total_flos": 1e12},
        "eval": {"epoch": 3.0, "eval_loss": 2.25, "eval_runtime": 1.5, "eval_samples": 20, "perplexity": 9.4877},
        "predict": {"predict_rouge-1": 41.5, "predict_bleu-4": 12.25, "predict_runtime": 3.5},
    }
    for split, values in metrics.items():
        Trainer.save_metrics(trainer, split, values, combined=split != "predict")
    record(out, "transformers")


def torchtune() -> None:
    import torch
    from torchtune.training.metric_logging import DiskLogger

    out = fresh("torchtune")
    logger = DiskLogger(str(out), filename="log_1795746313.txt")
    for step in range(1, 5):
        values = {"loss": torch.tensor(3.0 - step / 8).item(), "lr": 2e-5 * step, "tokens_per_second_per_gpu": 512.25}
        logger.log_dict(values, step=step)
    logger.log("val_loss", torch.tensor(2.75), step=4)
    logger.close()
    record(out, "torchtune")


def llama_factory() -> None:
    from llamafactory.train.callbacks import LogCallback
    from transformers import TrainerControl, TrainerState, TrainingArguments

    out = fresh("llama-factory")
    arguments = TrainingArguments(output_dir=str(out), report_to=[], use_cpu=True)
    callback = LogCallback()
    state, control = TrainerState(), TrainerControl()
    state.is_world_process_zero = True
    state.max_steps = 40
    callback.on_train_begin(arguments, state, control)
    for step in range(10, 50, 10):
        callback.cur_steps = state.global_step = step
        state.epoch = step / 20
        entry = {"loss": 3 - step / 20, "learning_rate": 1e-4 * (40 - step) / 40, "epoch": step / 20}
        state.log_history.append(entry)
        callback.on_log(arguments, state, control)
        if step % 20 == 0:
            state.log_history.append({"eval_loss": 3.25 - step / 20, "epoch": step / 20})
            callback.on_log(arguments, state, control)
    callback.on_train_end(arguments, state, control)
    llama_factory_predictions(out)
    record(out, "llamafactory", "transformers")


def llama_factory_predictions(out: Path = root / "llama-factory") -> None:
    """Writes generated_predictions.jsonl by LLaMA-Factory's own method. Its tokenizer is one of characters: 0 pads, and -100 is masked."""
    import numpy as np
    from llamafactory.train.sft.trainer import CustomSeq2SeqTrainer

    def decode(rows, skip_special_tokens):
        return ["".join(chr(i) for i in row if i != 0 or not skip_special_tokens) for row in rows]

    def padded(texts, pad, left=False):
        width = max(map(len, texts))
        rows = [[ord(letter) for letter in text] for text in texts]
        return np.array([[pad] * (width - len(row)) + row if left else row + [pad] * (width - len(row)) for row in rows])

    prompts = ["Question: 2 + 3\nAnswer:", "Capital of France?", "Größe von «π»?"]
    answers = ["5", "Paris", "3,14 – ungefähr"]
    predictions = ["5", "Lyon", "3,14 – ungefähr"]
    trainer = SimpleNamespace(
        args=SimpleNamespace(output_dir=str(out)),
        is_world_process_zero=lambda: True,
        processing_class=SimpleNamespace(pad_token_id=0, batch_decode=decode),
    )
    results = SimpleNamespace(label_ids=padded(answers, -100), predictions=padded(predictions, 0, left=True))
    CustomSeq2SeqTrainer.save_predictions(trainer, {"input_ids": [list(map(ord, text)) for text in prompts]}, results)


for make in [trainer_results, torchtune, llama_factory] if len(sys.argv) < 3 else [globals()[sys.argv[2]]]:
    make()
