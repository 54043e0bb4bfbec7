"""Writes tests/fixtures/behaviour/expected.json: what running the models of tests/fixtures/models shows, computed with transformers,
PEFT and bitsandbytes in float32 on the CPU, and with NumPy in float64 from their logits and weights.

The candidate of each model is its LoRA adapter with B halved. Needs torch, transformers, peft and bitsandbytes; the tests do not
need Python. Run, after language_models.py: python3 scripts/reference/behaviour.py tests/fixtures/behaviour
"""

import json
import sys
from pathlib import Path

# This folder's tokenizers.py must not hide the package.
sys.path.append(sys.path.pop(0))

import bitsandbytes.functional as bnb
import numpy as np
import torch
import transformers
from bitsandbytes.backends.default.ops import _dequantize_4bit_compute
from made_by import record
from peft import PeftModel
from transformers import AutoModelForCausalLM
from transformers.pytorch_utils import Conv1D

out = Path(sys.argv[1]).resolve()
out.mkdir(parents=True, exist_ok=True)
models = out.parent / "models"
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
torch.set_num_threads(1)


def load(name: str, dtype: torch.dtype = torch.float32) -> torch.nn.Module:
    return AutoModelForCausalLM.from_pretrained(models / name, dtype=dtype, attn_implementation="eager").eval()


def stored_type(name: str) -> torch.dtype:
    return getattr(torch, json.loads((models / name / "config.json").read_text())["dtype"])


def linear_layers(model: torch.nn.Module) -> dict[str, torch.nn.Module]:
    return {
        name: module
        for name, module in model.named_modules()
        if name != "lm_head" and isinstance(module, torch.nn.Linear | Conv1D)
    }


def weight_of(module: torch.nn.Module) -> torch.Tensor:
    """[out, in]"""
    return module.weight.detach().T if isinstance(module, Conv1D) else module.weight.detach()


def set_weight(module: torch.nn.Module, weight: torch.Tensor) -> None:
    with torch.no_grad():
        module.weight.copy_(weight.T if isinstance(module, Conv1D) else weight)


def nf4(weight: torch.Tensor, stored: torch.dtype) -> torch.Tensor:
    """The values that a 4-bit layer computes with. The vectorised kernel of bitsandbytes 0.50.2 is wrong for short rows."""
    packed, state = bnb.quantize_4bit(weight.to(stored).contiguous(), blocksize=64, quant_type="nf4")
    return _dequantize_4bit_compute(packed.reshape(-1), state.absmax, state.code, 64, weight.shape, stored).float()


def log_probabilities(model: torch.nn.Module, tokens: list[int]) -> np.ndarray:
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0].double().numpy()
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def divergences(log_p: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    return (np.exp(log_p) * (log_p - log_q)).sum(axis=1)[:-1]


def updates(name: str, form: str) -> dict[str, torch.Tensor]:
    """scaling B A of each adapted module, as PEFT computes it."""
    adapted = PeftModel.from_pretrained(load(name), models / name / form)
    return {
        module.removeprefix("base_model.model."): (layer.lora_B["default"].weight @ layer.lora_A["default"].weight * layer.scaling["default"]).detach()
        for module, layer in adapted.named_modules()
        if hasattr(layer, "lora_A") and layer.lora_A
    }


def sensitivity(name: str, sequences: list[list[int]]) -> dict[str, list[float]]:
    """The sum of KL(reference || one layer replaced by Q + dW_q) of each sequence, layer by layer."""
    stored = stored_type(name)
    baseline = updates(name, "lora")
    reference = load(name)
    weights = {layer: weight_of(module).clone() for layer, module in linear_layers(reference).items()}
    for layer, module in linear_layers(reference).items():
        if layer in baseline:
            set_weight(module, weights[layer] + baseline[layer])
    expected = [log_probabilities(reference, tokens) for tokens in sequences]
    results = {}
    for layer, module in linear_layers(reference).items():
        before = weight_of(module).clone()
        set_weight(module, nf4(weights[layer], stored) + baseline.get(layer, torch.zeros(1)) * 0.5)
        results[layer] = [float(divergences(log_p, log_probabilities(reference, tokens)).sum()) for log_p, tokens in zip(expected, sequences)]
        set_weight(module, before)
    return results


def gaps(name: str) -> dict[str, dict[str, float]]:
    stored = stored_type(name)
    baseline = updates(name, "lora")
    results = {}
    for layer, module in linear_layers(load(name)).items():
        weight = weight_of(module)
        quantized = nf4(weight, stored).double()
        weight = weight.double()
        update = baseline.get(layer, torch.zeros_like(weight)).double()
        results[layer] = {
            "weightNorm": weight.norm().item(),
            "quantizationError": (weight - quantized).norm().item(),
            "baselineUpdateNorm": update.norm().item(),
            "candidateUpdateNorm": (0.5 * update).norm().item(),
            "gap": (quantized + 0.5 * update - weight - update).norm().item(),
            "adaptedNorm": (weight + update).norm().item(),
        }
    return results


def intruders(name: str, rank: int = 10, threshold: float = 0.5) -> dict[str, int]:
    """Left singular vectors of W + dW, of the first ten, without a similar one of W (arXiv 2410.21228, algorithm 1)."""
    baseline = updates(name, "lora")
    results = {}
    for layer, module in linear_layers(load(name)).items():
        if layer not in baseline:
            continue
        weight = weight_of(module).double()
        before = np.linalg.svd(weight.numpy(), full_matrices=False)[0]
        after = np.linalg.svd((weight + baseline[layer].double()).numpy(), full_matrices=False)[0]
        cosines = np.abs(after[:, :rank].T @ before)
        results[layer] = int((cosines.max(axis=1) < threshold).sum())
    return results


def served_losses(name: str, sequence: list[int]) -> dict[str, float]:
    """Losses of merged models: LoRA and DoRA by merge_and_unload on the stored weights, and requantized."""
    stored = stored_type(name)
    ids = torch.tensor([sequence])
    results = {}
    for form in ["lora", "dora"]:
        merged = PeftModel.from_pretrained(load(name, stored), models / name / form).merge_and_unload().float()
        with torch.no_grad():
            results[f"{form}.merged"] = merged(ids, labels=ids).loss.double().item()
    # As Linear4bit.merge of peft/tuners/lora/bnb.py: dequantized values plus the update, quantized again.
    baseline = updates(name, "lora")
    for form in ["merged", "requantized"]:
        model = load(name)
        for layer, module in linear_layers(model).items():
            weight = nf4(weight_of(module), stored)
            if layer in baseline:
                weight = (weight + baseline[layer]).to(stored).float()
                weight = nf4(weight, stored) if form == "requantized" else weight
            set_weight(module, weight)
        with torch.no_grad():
            results[f"nf4.{form}"] = model(ids, labels=ids).loss.double().item()
    return results


expected = {}
for name in ["gpt2", "gpt2-f16", "llama-sharded"]:
    sequences = json.loads((models / name / "expected.json").read_text())["sequences"]
    forms = {"base": load(name)}
    forms |= {form: PeftModel.from_pretrained(load(name), models / name / form).eval() for form in ["lora", "dora"]}
    pairs = {}
    for form in ["lora", "dora"]:
        pairs[form] = []
        for tokens in sequences:
            log_p, log_q = (log_probabilities(forms[model], tokens) for model in ["base", form])
            rows, targets = np.arange(len(tokens) - 1), tokens[1:]
            pairs[form].append(
                {
                    "divergences": divergences(log_p, log_q).tolist(),
                    "agreements": (log_p.argmax(axis=1) == log_q.argmax(axis=1))[:-1].astype(int).tolist(),
                    "probabilityChanges": (np.exp(log_q[rows, targets]) - np.exp(log_p[rows, targets])).tolist(),
                    "referenceLosses": (-log_p[rows, targets]).tolist(),
                    "candidateLosses": (-log_q[rows, targets]).tolist(),
                }
            )
    embeddings = []
    for tokens in sequences:
        with torch.no_grad():
            states = forms["lora"](torch.tensor([tokens]), output_hidden_states=True).hidden_states[-1]
        embeddings.append(states.mean(dim=1)[0].tolist())
    expected[name] = {
        "divergences": pairs,
        "embeddings": embeddings,
        "sensitivity": sensitivity(name, sequences),
        "gaps": gaps(name),
        "intruders": intruders(name),
        "served": served_losses(name, sequences[0]),
    }


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


(out / "expected.json").write_text(json.dumps(rounded(expected)) + "\n")
record(out, "torch", "transformers", "peft", "bitsandbytes", "numpy")
