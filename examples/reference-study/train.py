"""Trains the reference study: a small GPT-2, and LoRA, QLoRA (NF4) and int8 LoRA adapters for it.

    pip install -r requirements.txt
    python texts.py TEXTS
    python train.py --texts TEXTS --work WORK --out STUDY_FOLDER

1. A byte-level BPE tokenizer and a GPT-2 are trained on the King James Bible, and saved in bfloat16 as the base model.
2. Each run of runs.py fine-tunes an adapter of the base model on the Jargon File, by PEFT and the Hugging Face Trainer.
   Several processes may share the device in this step; each counts the peak memory of its own run.
3. The time per step of each run is measured again with the device to itself, one run after the other.
4. results.csv and results.json are written, of whatever runs are complete; environment.json was, before the runs.

What is complete is left alone, so that an interrupted study goes on where it stopped. WORK holds what is not shipped:
rows of the tables, adapters in float32 as PEFT saved them, and merged weights for export_onnx.py.
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

# Nothing is to be asked of a hub: the base model's name stands for the folder base/ beside this file.
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
"""The base model's own name, which no machine's path is part of."""

TARGETS = ["c_attn", "attn.c_proj", "c_fc", "mlp.c_proj"]
"""Every projection of attention and MLP. GPT-2 has them as Conv1D, which bitsandbytes' integration makes Linear4bit."""

END_OF_TEXT = "<|endoftext|>"

TIMED_STEPS = 40
"""Steps of each run's timing, the first half of which is left out: kernels are chosen and memory first taken in it."""


def main() -> None:
    options = arguments()
    # One line for each call that casts bfloat16 to float16, as LLM.int8 always does.
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
        sys.exit(f"not complete: {', '.join(missing)}. The same command goes on where this one stopped.")


def train_runs(
    runs: list[Run],
    options: argparse.Namespace,
    base: Path,
    device: torch.device,
    train_set: Dataset,
    eval_set: Dataset,
) -> None:
    """Trains what of `runs` is not complete, in turn; a run that fails is named and leaves the rest alone."""
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
    """Trains in `workers` processes, each an equal share of the runs, and waits for them."""
    command = [sys.executable, __file__, *sys.argv[1:]]
    processes = [subprocess.Popen([*command, "--share", str(index)]) for index in range(workers)]
    for process in processes:
        process.wait()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, help="what texts.py wrote")
    parser.add_argument("--work", type=Path, required=True, help="for what is not shipped")
    parser.add_argument("--out", type=Path, required=True, help="the study's folder")
    parser.add_argument("--only", default="*", help="train only runs whose name matches, such as '*_s0'")
    parser.add_argument("--workers", type=int, default=1, help="processes that share the device in fine-tuning")
    parser.add_argument("--share", type=int, help="train one worker's share only: what --workers starts itself with")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=192, help="a multiple of 64, NF4's block")
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--vocabulary", type=int, default=3072, help="tokens of the BPE, END_OF_TEXT counted in")
    parser.add_argument("--block", type=int, default=128, help="tokens of a sequence, and positions of the model")
    parser.add_argument("--batch", type=int, default=32, help="sequences of a step")
    parser.add_argument("--pretraining-steps", type=int, default=4000)
    parser.add_argument("--pretraining-rate", type=float, default=2e-3)
    parser.add_argument("--steps", type=int, default=600, help="of each fine-tuning run")
    parser.add_argument("--rate", type=float, default=5e-3, help="peak learning rate of each fine-tuning run")
    return parser.parse_args()


class Blocks(Dataset):
    """A text as consecutive blocks of `length` tokens, the incomplete last one left out; labels are the tokens."""

    def __init__(self, text: str, tokenizer: PreTrainedTokenizerFast, length: int) -> None:
        tokens = torch.tensor(tokenizer.backend_tokenizer.encode(text).ids)
        self.blocks = tokens[: len(tokens) // length * length].view(-1, length)

    def __len__(self) -> int:
        return len(self.blocks)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"input_ids": self.blocks[index], "labels": self.blocks[index]}


class StepTimer(TrainerCallback):
    """Times optimizer steps: forward, backward and update, the device waited for at both ends; not the data loading."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def on_step_begin(self, *_args, **_kwargs) -> None:
        self.start = waited_clock()

    def on_step_end(self, *_args, **_kwargs) -> None:
        self.seconds.append(waited_clock() - self.start)

    def median(self) -> float:
        """Seconds a step, over the second half of the steps."""
        return statistics.median(self.seconds[len(self.seconds) // 2 :])


def waited_clock() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def training_arguments(folder: Path, options: argparse.Namespace, device: torch.device, **more) -> TrainingArguments:
    """What pretraining and fine-tuning have in common."""
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
    """Trains tokenizer and base model on the King James Bible and saves them; every twentieth block is held out."""
    text = (options.texts / "kjv.txt").read_text()
    tokenizer = train_tokenizer(text, options.vocabulary)
    everything = Blocks(text, tokenizer, options.block)
    held_out = [everything[index] for index in range(0, len(everything), 20)]
    learnt = [everything[index] for index in range(len(everything)) if index % 20 != 0]
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
        train_dataset=learnt,
        eval_dataset=held_out,
    )
    started = waited_clock()
    training_loss = trainer.train().training_loss
    seconds = waited_clock() - started
    # Fine-tuning is without dropout, so that a run's training loss can be set beside its evaluation loss.
    for dropout in ("resid_pdrop", "embd_pdrop", "attn_pdrop"):
        setattr(model.config, dropout, 0.0)
    base.mkdir(parents=True, exist_ok=True)
    model.to(torch.bfloat16).save_pretrained(base)
    tokenizer.save_pretrained(base)
    facts = {
        "parameters": model.num_parameters(),
        "steps": options.pretraining_steps,
        "sequences": len(learnt),
        "epochs": options.pretraining_steps * options.batch / len(learnt),
        "training_loss": training_loss,
        "eval_loss": last_of(trainer, "eval_loss"),
        "seconds": seconds,
    }
    write_json(options.work / "base.json", facts)
    print(json.dumps(facts), flush=True)


def train_tokenizer(text: str, vocabulary: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE of the pretraining text alone, as a base model's is: the fine-tuning text is foreign to it."""
    bpe = tokenizers.ByteLevelBPETokenizer()
    bpe.train_from_iterator(text.splitlines(keepends=True), vocab_size=vocabulary, special_tokens=[END_OF_TEXT])
    return PreTrainedTokenizerFast(tokenizer_object=bpe._tokenizer, bos_token=END_OF_TEXT, eos_token=END_OF_TEXT)


def load_base(base: Path, bits: int, device: torch.device) -> torch.nn.Module:
    """The base model as a run of `bits` bits has it; embeddings and norms are bfloat16 whatever the bits."""
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
    forget_memory()
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
    """Seconds a step of a run takes with the device to itself: the median of the later half of TIMED_STEPS."""
    forget_memory()
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
    """Adds PEFT's adapter. PEFT draws A right after the seed is set, so that runs of equal (r, seed) share it."""
    set_seed(run.seed if run.init_seed is None else run.init_seed)
    config = LoraConfig(
        r=run.rank,
        lora_alpha=STEP_SCALE * run.rank,
        lora_dropout=0.0,
        target_modules=TARGETS,
        # Conv1D keeps its weight as (in, out); the quantized modules that take its place keep (out, in).
        fan_in_fan_out=run.bits == 16,
        use_dora=run.variant == "dora",
        use_rslora=run.variant == "rslora",
        task_type="CAUSAL_LM",
    )
    # PEFT writes where the base was read from into the adapter's configuration and README.md.
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
    """Merges the shipped adapter into the weights that it was trained over, dequantized where they were quantized."""
    trained_over = load_base(base, run.bits, device)
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, device_map={"": device})
    if run.bits < 16:
        for name, module in plain.named_modules():
            if isinstance(module, transformers.pytorch_utils.Conv1D):
                quantized = trained_over.get_submodule(name)
                weight = dequantize_bnb_weight(quantized.weight, getattr(quantized, "state", None))
                module.weight.data = weight.float().T.contiguous()
    adapter = options.out / "runs" / run.name / "final_model"
    merged = PeftModel.from_pretrained(plain, adapter).merge_and_unload()
    # lm_head is wte itself: safetensors holds no tensor twice.
    tensors = {name: tensor.to("cpu", torch.float16).contiguous() for name, tensor in merged.state_dict().items()}
    del tensors["lm_head.weight"]
    (options.work / "merged").mkdir(exist_ok=True)
    save_file(tensors, options.work / "merged" / f"{run.name}.safetensors")


@torch.no_grad()
def perplexity(model: torch.nn.Module, blocks: Dataset, batch: int, device: torch.device) -> float:
    """exp of the mean cross entropy of the tokens that are predicted: all of a block but its first.

    Not exp(eval_loss): the Trainer of transformers 5.17 divides the summed cross entropy by all tokens of a block, so
    that its losses, in training too, are (block - 1) / block of the mean.
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


def forget_memory() -> None:
    """Starts the peak of allocated memory anew, the last run's memory given back."""
    gc.collect()
    if torch.cuda.is_available():
        torch._C._cuda_clearCublasWorkspaces()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def last_of(trainer: Trainer, name: str) -> float:
    return next(entry[name] for entry in reversed(trainer.state.log_history) if name in entry)


# What is written of all runs


def write_tables(options: argparse.Namespace) -> None:
    """results.json with all digits, results.csv with six significant ones: the complete runs in runs.py's order."""
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
    """environment.json: device, versions, texts, the base model's training and the settings of every run."""
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
    """Written last of all that a run writes: a run is complete when it is there."""
    return work / "rows" / f"{run.name}.json"


def write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2) + "\n")


if __name__ == "__main__":
    main()
