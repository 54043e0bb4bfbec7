"""Trains the reference study: a small GPT-2, and LoRA, QLoRA (NF4) and int8 LoRA adapters for it.

    pip install -r requirements.txt
    python texts.py TEXTS
    python train.py --texts TEXTS --work WORK --out STUDY_FOLDER

1. A byte-level BPE tokenizer and a GPT-2 are trained on the King James Bible, and saved in bfloat16 as the base model.
2. Each run of runs.py fine-tunes an adapter of the base model on the Jargon File, by PEFT and the Hugging Face Trainer.
   Several processes may share the device in this step; each measures the peak memory of its own run.
3. The time per step of each run is measured again, one run after the other, without other work on the device.
4. results.csv and results.json are written for all complete runs. environment.json is written before the runs.

Complete runs are not repeated, so an interrupted study continues where it stopped. WORK contains the files that are not
shipped: rows of the tables, adapters in float32 as PEFT saved them, and merged weights for export_onnx.py.
"""

import argparse
import csv
import fnmatch
import gc
import json
import logging
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
import traceback
from pathlib import Path

# Prevents downloads: the base model is read from the folder base/ beside this file.
os.environ["HF_HUB_OFFLINE"] = "1"

import accelerate
import bitsandbytes
import peft
import tokenizers
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors import safe_open
from safetensors.torch import save_file
from torch.utils.data import Dataset
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)
from transformers.integrations.bitsandbytes import dequantize_bnb_weight

from runs import CHECKPOINTED, MERGED, STEP_SCALE, Run, all_runs

BASE_NAME = "rankscope/tiny-gpt-kjv"
"""Name of the base model. It contains no path of a machine."""

TARGETS = ["c_attn", "attn.c_proj", "c_fc", "mlp.c_proj"]
"""Every projection of attention and MLP: Conv1D in GPT-2, which bitsandbytes' integration replaces by Linear4bit."""

END_OF_TEXT = "<|endoftext|>"

TIMED_STEPS = 40
"""Number of timed steps per run. The first half does not count: kernels are selected and memory is allocated in it."""


def main() -> None:
    options = arguments()
    # LLM.int8 always casts bfloat16 to float16 and would log a warning for each call.
    logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    base = options.out / "base"
    if not (options.work / "base.json").exists():
        pretrain(options, base, device)
    for folder in ("rows", "times"):
        (options.work / folder).mkdir(parents=True, exist_ok=True)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(base)
    train_set = Blocks((options.texts / "jargon-train.txt").read_text(), tokenizer, options.block)
    eval_set = Blocks((options.texts / "jargon-eval.txt").read_text(), tokenizer, options.block)

    chosen = [run for run in all_runs() if fnmatch.fnmatch(run.name, options.only)]
    if options.share is not None:
        train_runs(chosen[options.share :: options.workers], options, base, device, train_set, eval_set)
        return
    write_environment(options, train_set, eval_set)
    if options.workers == 1:
        train_runs(chosen, options, base, device, train_set, eval_set)
    else:
        share_runs(options.workers)
    for run in chosen:
        time_file = options.work / "times" / f"{run.name}.json"
        if row_file(options.work, run).exists() and not time_file.exists():
            write_json(time_file, time_step(run, options, base, device, train_set))
    write_tables(options)
    missing = [run.name for run in chosen if not row_file(options.work, run).exists()]
    if missing:
        sys.exit(f"not complete: {', '.join(missing)}. Run the same command again to continue.")


def train_runs(
    runs: list[Run],
    options: argparse.Namespace,
    base: Path,
    device: torch.device,
    train_set: Dataset,
    eval_set: Dataset,
) -> None:
    """Trains the incomplete runs, one after another. Reports a run that fails and continues with the next."""
    for run in runs:
        if row_file(options.work, run).exists():
            continue
        try:
            row = fine_tune(run, options, base, device, train_set, eval_set)
        except Exception:
            print(f"{run.name} failed", file=sys.stderr)
            traceback.print_exc()
        else:
            write_json(row_file(options.work, run), row)
            print(json.dumps(row), flush=True)


def share_runs(workers: int) -> None:
    """Trains the runs in `workers` processes, an equal share in each, and waits for them."""
    command = [sys.executable, __file__, *sys.argv[1:]]
    processes = [subprocess.Popen([*command, "--share", str(index)]) for index in range(workers)]
    for process in processes:
        process.wait()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, help="folder that texts.py wrote")
    parser.add_argument("--work", type=Path, required=True, help="folder for files that are not shipped")
    parser.add_argument("--out", type=Path, required=True, help="the study's folder")
    parser.add_argument("--only", default="*", help="train only runs whose name matches, such as '*_s0'")
    parser.add_argument("--workers", type=int, default=1, help="processes that share the device in fine-tuning")
    parser.add_argument("--share", type=int, help="train one worker's share only; set by --workers")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=192, help="a multiple of 64, NF4's block")
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--vocabulary", type=int, default=3072, help="tokens of the BPE, including END_OF_TEXT")
    parser.add_argument("--block", type=int, default=128, help="tokens per sequence, and positions of the model")
    parser.add_argument("--batch", type=int, default=32, help="sequences per step")
    parser.add_argument("--pretraining-steps", type=int, default=4000)
    parser.add_argument("--pretraining-rate", type=float, default=2e-3)
    parser.add_argument("--steps", type=int, default=600, help="steps of each fine-tuning run")
    parser.add_argument("--rate", type=float, default=5e-3, help="peak learning rate of each fine-tuning run")
    return parser.parse_args()


class Blocks(Dataset):
    """Consecutive blocks of `length` tokens of a text, without the incomplete last one. Labels are the tokens."""

    def __init__(self, text: str, tokenizer: PreTrainedTokenizerFast, length: int) -> None:
        tokens = torch.tensor(tokenizer.backend_tokenizer.encode(text).ids)
        self.blocks = tokens[: len(tokens) // length * length].view(-1, length)

    def __len__(self) -> int:
        return len(self.blocks)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"input_ids": self.blocks[index], "labels": self.blocks[index]}


class StepTimer(TrainerCallback):
    """Times optimizer steps without data loading. Synchronizes the device before and after each step."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def on_step_begin(self, *_args, **_kwargs) -> None:
        self.start = synchronized_clock()

    def on_step_end(self, *_args, **_kwargs) -> None:
        self.seconds.append(synchronized_clock() - self.start)

    def median(self) -> float:
        """Returns the median of the second half of the steps, in seconds."""
        return statistics.median(self.seconds[len(self.seconds) // 2 :])


def synchronized_clock() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def training_arguments(folder: Path, options: argparse.Namespace, device: torch.device, **more) -> TrainingArguments:
    """Returns the arguments that pretraining and fine-tuning share, with `more`."""
    return TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=options.batch,
        per_device_eval_batch_size=options.batch,
        bf16=True,
        use_cpu=device.type == "cpu",
        lr_scheduler_type="cosine",
        optim="adamw_torch",
        prediction_loss_only=True,
        report_to="none",
        disable_tqdm=True,
        **more,
    )


# The base model


def pretrain(options: argparse.Namespace, base: Path, device: torch.device) -> None:
    """Trains tokenizer and base model on the King James Bible and saves them. Every twentieth block is held out."""
    text = (options.texts / "kjv.txt").read_text()
    tokenizer = train_tokenizer(text, options.vocabulary)
    blocks = Blocks(text, tokenizer, options.block)
    held_out = [blocks[index] for index in range(0, len(blocks), 20)]
    training = [blocks[index] for index in range(len(blocks)) if index % 20 != 0]
    set_seed(0)
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=options.vocabulary,
            n_positions=options.block,
            n_embd=options.width,
            n_layer=options.layers,
            n_head=options.heads,
            bos_token_id=tokenizer.eos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )
    trainer = Trainer(
        model=model,
        args=training_arguments(
            options.work / "pretraining",
            options,
            device,
            max_steps=options.pretraining_steps,
            learning_rate=options.pretraining_rate,
            warmup_steps=options.pretraining_steps // 20,
            weight_decay=0.1,
            eval_strategy="steps",
            eval_steps=options.pretraining_steps,
            logging_steps=max(1, options.pretraining_steps // 20),
            save_strategy="no",
            seed=0,
        ),
        train_dataset=training,
        eval_dataset=held_out,
    )
    started = synchronized_clock()
    training_loss = trainer.train().training_loss
    seconds = synchronized_clock() - started
    # Fine-tuning uses no dropout, so that a run's training loss is comparable with its evaluation loss.
    for dropout in ("resid_pdrop", "embd_pdrop", "attn_pdrop"):
        setattr(model.config, dropout, 0.0)
    base.mkdir(parents=True, exist_ok=True)
    model.to(torch.bfloat16).save_pretrained(base)
    tokenizer.save_pretrained(base)
    facts = {
        "parameters": model.num_parameters(),
        "steps": options.pretraining_steps,
        "sequences": len(training),
        "epochs": options.pretraining_steps * options.batch / len(training),
        "training_loss": training_loss,
        "eval_loss": last_of(trainer, "eval_loss"),
        "seconds": seconds,
    }
    write_json(options.work / "base.json", facts)
    print(json.dumps(facts), flush=True)


def train_tokenizer(text: str, vocabulary: int) -> PreTrainedTokenizerFast:
    """Trains a byte-level BPE on the pretraining text only, because a base model has not seen the fine-tuning text."""
    bpe = tokenizers.ByteLevelBPETokenizer()
    bpe.train_from_iterator(text.splitlines(keepends=True), vocab_size=vocabulary, special_tokens=[END_OF_TEXT])
    return PreTrainedTokenizerFast(tokenizer_object=bpe._tokenizer, bos_token=END_OF_TEXT, eos_token=END_OF_TEXT)


def load_base(base: Path, bits: int, device: torch.device) -> torch.nn.Module:
    """Loads the base model with weights of `bits` bits. Embeddings and norms are always bfloat16."""
    quantization = {
        16: None,
        8: BitsAndBytesConfig(load_in_8bit=True),
        4: BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        ),
    }[bits]
    model = AutoModelForCausalLM.from_pretrained(
        base, dtype=torch.bfloat16, quantization_config=quantization, device_map={"": device}
    )
    kind = {16: transformers.pytorch_utils.Conv1D, 8: bitsandbytes.nn.Linear8bitLt, 4: bitsandbytes.nn.Linear4bit}[bits]
    found = sum(type(module) is kind for module in model.modules())
    if found != 4 * model.config.n_layer:
        expected = 4 * model.config.n_layer
        raise RuntimeError(f"{bits}-bit base: {found} modules are {kind.__name__}, {expected} were expected")
    return model


# The runs


def fine_tune(
    run: Run, options: argparse.Namespace, base: Path, device: torch.device, train_set: Dataset, eval_set: Dataset
) -> dict:
    """Trains one run, saves its folder, and returns its row of the results tables."""
    reset_memory()
    model = load_base(base, run.bits, device)
    base_bytes = model.get_memory_footprint()
    model = with_adapter(model, run)
    scratch = options.work / "runs" / run.name
    shutil.rmtree(scratch, ignore_errors=True)
    trainer = Trainer(
        model=model,
        args=training_arguments(
            scratch,
            options,
            device,
            max_steps=options.steps,
            eval_strategy="steps",
            eval_steps=max(1, options.steps // 8),
            eval_on_start=True,
            logging_steps=max(1, options.steps // 20),
            save_strategy="steps" if run.name in CHECKPOINTED else "no",
            save_steps=max(1, options.steps // 4),
            save_only_model=True,
            **fine_tuning_arguments(run, options),
        ),
        train_dataset=train_set,
        eval_dataset=eval_set,
    )
    result = trainer.train()
    peak_memory_mb = torch.cuda.max_memory_allocated() / 2**20 if device.type == "cuda" else None
    trainer.save_state()
    model.save_pretrained(scratch / "final_model", save_embedding_layers=False)
    ship(run, options, scratch)
    row = {
        "experiment_name": run.name,
        "method": run.method,
        "quantization": f"{run.bits}bit",
        "rank": run.rank,
        "seed": run.seed,
        "steps": options.steps,
        "num_samples": options.steps * options.batch,
        "model_name": BASE_NAME,
        "training_loss": result.training_loss,
        "eval_loss": last_of(trainer, "eval_loss"),
        "perplexity": perplexity(model, eval_set, options.batch, device),
        "peak_memory_mb": peak_memory_mb,
        "base_weights_mb": base_bytes / 2**20,
    }
    del trainer, model
    if run.name in MERGED:
        merge(run, options, base, device)
    return row


def fine_tuning_arguments(run: Run, options: argparse.Namespace) -> dict:
    return {
        "learning_rate": options.rate,
        "warmup_steps": options.steps // 20,
        "weight_decay": 0.0,
        "seed": run.seed,
    }


def time_step(run: Run, options: argparse.Namespace, base: Path, device: torch.device, train_set: Dataset) -> float:
    """Returns the seconds per step without other work on the device: the median of the second half of TIMED_STEPS."""
    reset_memory()
    timer = StepTimer()
    trainer = Trainer(
        model=with_adapter(load_base(base, run.bits, device), run),
        args=training_arguments(
            options.work / "timing",
            options,
            device,
            max_steps=TIMED_STEPS,
            eval_strategy="no",
            save_strategy="no",
            **fine_tuning_arguments(run, options),
        ),
        train_dataset=train_set,
        callbacks=[timer],
    )
    trainer.train()
    return timer.median()


def with_adapter(model: torch.nn.Module, run: Run) -> PeftModel:
    """Adds PEFT's adapter. PEFT draws A right after the seed is set, so runs of equal rank and seed have the same A."""
    set_seed(run.seed if run.init_seed is None else run.init_seed)
    config = LoraConfig(
        r=run.rank,
        lora_alpha=STEP_SCALE * run.rank,
        lora_dropout=0.0,
        target_modules=TARGETS,
        # Conv1D stores its weight as (in, out); the quantized modules that replace it store (out, in).
        fan_in_fan_out=run.bits == 16,
        use_dora=run.variant == "dora",
        use_rslora=run.variant == "rslora",
        task_type="CAUSAL_LM",
    )
    # PEFT writes this name into the adapter's configuration and README.md. By default, it is the path of the base.
    model.name_or_path = model.config._name_or_path = BASE_NAME
    return get_peft_model(model, config)


def ship(run: Run, options: argparse.Namespace, scratch: Path) -> None:
    """Copies a run's adapters, cast to float16, its trainer states and PEFT's README.md files to the study's folder."""
    folder = options.out / "runs" / run.name
    shutil.rmtree(folder, ignore_errors=True)
    saves = ["final_model"]
    if run.name in CHECKPOINTED:
        saves += [f"checkpoint-{options.steps // 4}", f"checkpoint-{options.steps // 2}"]
    for save in saves:
        (folder / save).mkdir(parents=True)
        for kept in ("adapter_config.json", "README.md", "trainer_state.json"):
            if (scratch / save / kept).exists():
                shutil.copy(scratch / save / kept, folder / save / kept)
        with safe_open(scratch / save / "adapter_model.safetensors", "pt") as file:
            tensors = {name: file.get_tensor(name).to(torch.float16).contiguous() for name in file.keys()}
            save_file(tensors, folder / save / "adapter_model.safetensors", metadata=file.metadata())
    shutil.copy(scratch / "trainer_state.json", folder / "trainer_state.json")


def merge(run: Run, options: argparse.Namespace, base: Path, device: torch.device) -> None:
    """Merges the shipped adapter into the weights of its training. Quantized weights are dequantized first."""
    quantized_base = load_base(base, run.bits, device)
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, device_map={"": device})
    if run.bits < 16:
        for name, module in plain.named_modules():
            if isinstance(module, transformers.pytorch_utils.Conv1D):
                quantized = quantized_base.get_submodule(name)
                weight = dequantize_bnb_weight(quantized.weight, getattr(quantized, "state", None))
                module.weight.data = weight.float().T.contiguous()
    adapter = options.out / "runs" / run.name / "final_model"
    merged = PeftModel.from_pretrained(plain, adapter).merge_and_unload()
    # lm_head is the same tensor as wte, and safetensors stores no tensor twice.
    tensors = {name: tensor.to("cpu", torch.float16).contiguous() for name, tensor in merged.state_dict().items()}
    del tensors["lm_head.weight"]
    (options.work / "merged").mkdir(exist_ok=True)
    save_file(tensors, options.work / "merged" / f"{run.name}.safetensors")


@torch.no_grad()
def perplexity(model: torch.nn.Module, blocks: Dataset, batch: int, device: torch.device) -> float:
    """Returns exp of the mean cross entropy of the predicted tokens, which are all tokens of a block except the first.

    It differs from exp(eval_loss): the Trainer of transformers 5.17 divides the summed cross entropy by all tokens of a
    block, so that its losses are (block - 1) / block of the mean, in training as well.
    """
    model.eval()
    total, count = 0.0, 0
    for start in range(0, len(blocks), batch):
        tokens = torch.stack([blocks[i]["input_ids"] for i in range(start, min(start + batch, len(blocks)))]).to(device)
        with torch.autocast(device.type, torch.bfloat16):
            logits = model(input_ids=tokens, use_cache=False).logits[:, :-1]
        predicted, following = logits.float().flatten(0, 1), tokens[:, 1:].flatten()
        total += torch.nn.functional.cross_entropy(predicted, following, reduction="sum").item()
        count += len(following)
    return math.exp(total / count)


def reset_memory() -> None:
    """Frees the last run's memory and resets the peak of allocated memory."""
    gc.collect()
    if torch.cuda.is_available():
        torch._C._cuda_clearCublasWorkspaces()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def last_of(trainer: Trainer, name: str) -> float:
    return next(entry[name] for entry in reversed(trainer.state.log_history) if name in entry)


# Tables and environment


def write_tables(options: argparse.Namespace) -> None:
    """Writes the complete runs in the order of runs.py: results.json with all digits, results.csv with six."""
    rows = []
    for run in all_runs():
        if not row_file(options.work, run).exists():
            continue
        row = json.loads(row_file(options.work, run).read_text())
        time_file = options.work / "times" / f"{run.name}.json"
        row["time_per_step_seconds"] = json.loads(time_file.read_text()) if time_file.exists() else None
        rows.append(row)
    if not rows:
        return
    write_json(options.out / "results.json", rows)
    with (options.out / "results.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})


def write_environment(options: argparse.Namespace, train_set: Blocks, eval_set: Blocks) -> None:
    """Writes environment.json: device, versions, texts, the base model's training and the settings of every run."""
    packages = (torch, transformers, peft, bitsandbytes, accelerate, tokenizers)
    device: dict = {"name": "CPU"}
    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        driver = Path("/proc/driver/nvidia/version")
        device = {
            "name": properties.name,
            "memory_mb": properties.total_memory / 2**20,
            "cuda": torch.version.cuda,
            "driver": driver.read_text().splitlines()[0] if driver.exists() else None,
        }
    hidden = ("texts", "work", "out", "only", "workers", "share")
    environment = {
        "device": device,
        "python": platform.python_version(),
        "versions": {package.__name__: package.__version__ for package in packages},
        "shared": f"fine-tuning: {options.workers} processes at a time; pretraining and time per step: alone",
        "base_model": BASE_NAME,
        "pretraining": json.loads((options.work / "base.json").read_text()),
        "settings": {name: value for name, value in vars(options).items() if name not in hidden},
        "fine_tuning": {
            "sequences": len(train_set),
            "eval_sequences": len(eval_set),
            "epochs": options.steps * options.batch / len(train_set),
            "alpha_over_r": STEP_SCALE,
            "target_modules": TARGETS,
            "optimizer": "AdamW, cosine schedule, 5 % warm-up, no weight decay, no dropout",
            "precision": "bfloat16 autocast, adapters trained in float32 and shipped in float16",
            "independent_start": [run.name for run in all_runs() if run.init_seed is not None],
        },
        "texts": json.loads((options.texts / "sources.json").read_text()),
    }
    write_json(options.out / "environment.json", environment)


def row_file(work: Path, run: Run) -> Path:
    """Returns the path of a run's row. It is written last, so a run is complete if it exists."""
    return work / "rows" / f"{run.name}.json"


def write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2) + "\n")


if __name__ == "__main__":
    main()
