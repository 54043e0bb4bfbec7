"""Prints the tokens per second of transformers, as JSON: prompts up to the logits after their last token, and greedy generation.

Run: python3 transformers_speed.py '{"folder": ..., "device": "cpu", "dtypes": ["float32"], "threads": 2, "tasks": [...]}'
"""

import json
import sys
import time

import torch
import transformers
from transformers import AutoModelForCausalLM

settings = json.loads(sys.argv[1])
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
if settings["device"] == "cpu":
    torch.set_num_threads(settings["threads"])


def now(clock: str = "wall") -> float:
    if clock == "cpu":
        return time.process_time()
    if settings["device"] != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter()


@torch.no_grad()
def measure(model: torch.nn.Module, task: dict) -> dict:
    batch, prompt, generated = task["batch"], task["prompt"], task["generated"]
    size = model.config.vocab_size
    ids = torch.tensor([[1 + (item * 31 + i * 17) % (size - 1) for i in range(prompt)] for item in range(batch)])
    ids = ids.to(settings["device"])
    prefill = decode = float("inf")
    for round_ in range(task["rounds"] + 1):
        start = now(task["clock"])
        out = model(ids, use_cache=True, logits_to_keep=1)
        filled = now(task["clock"])
        for _ in range(generated):
            token = out.logits[:, -1].argmax(-1, keepdim=True)
            out = model(token, past_key_values=out.past_key_values, use_cache=True)
        end = now(task["clock"])
        if round_ > 0:
            prefill, decode = min(prefill, filled - start), min(decode, end - filled)
    return {"prefill": batch * prompt / prefill, "decode": batch * generated / decode}


def product_seconds(dtype: torch.dtype, rows: int) -> float:
    x, weight = torch.randn(rows, 1024).to(dtype), torch.randn(1024, 1024).to(dtype)
    best = float("inf")
    for _ in range(5):
        start = now()
        torch.nn.functional.linear(x, weight)
        best = min(best, now() - start)
    return best


def is_slower(name: str) -> bool:
    """Whether products on this CPU are slower than in float32, both of a prompt and of one token; then it is not measured."""
    if settings["device"] != "cpu" or name == "float32":
        return False
    dtype = getattr(torch, name)
    return all(product_seconds(dtype, rows) > product_seconds(torch.float32, rows) for rows in (1, 256))


results, left_out = [], [dtype for dtype in settings["dtypes"] if is_slower(dtype)]
for dtype in (dtype for dtype in settings["dtypes"] if dtype not in left_out):
    model = AutoModelForCausalLM.from_pretrained(settings["folder"], dtype=getattr(torch, dtype)).eval()
    model.to(settings["device"])
    results += [{"dtype": dtype, "task": task, "speed": measure(model, task)} for task in settings["tasks"]]
    del model
print(json.dumps({"torch": torch.__version__, "transformers": transformers.__version__, "leftOut": left_out, "results": results}))
