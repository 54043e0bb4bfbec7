"""Writes tests/fixtures/quantization/: weights and their quantized forms, as bitsandbytes computes them on the CPU. Plain rounding
to the nearest integer is computed with torch's fake quantization.

Also writes the losses of two models of tests/fixtures/models with quantized linear layers, with and without an adapter, and
the losses and some logits of five runs of the example study, each on the base that it was trained on.

Needs torch, transformers, peft and bitsandbytes; the tests do not need Python.
Run, after language_models.py: python3 scripts/reference/quantization.py tests/fixtures/quantization
"""

import json
import sys
from pathlib import Path

import bitsandbytes.functional as bnb
import torch
from bitsandbytes.backends.default.ops import _dequantize_4bit_compute
from made_by import record
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM
from transformers.pytorch_utils import Conv1D

out = Path(sys.argv[1]).resolve()
out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(0)

tensors: dict[str, torch.Tensor] = {}


def four_bit(name: str, weight: torch.Tensor, kind: str, double: bool) -> None:
    packed, state = bnb.quantize_4bit(weight, blocksize=64, compress_statistics=double, quant_type=kind)
    prefix = f"{name}.{kind}.{'double' if double else 'plain'}"
    tensors[f"{prefix}.packed"] = packed.reshape(-1)
    tensors[f"{prefix}.absmax"] = state.absmax
    if double:
        tensors[f"{prefix}.offset"] = state.offset.reshape(1)
        tensors[f"{prefix}.nested"] = state.state2.absmax
        tensors["dynamic_map"] = state.state2.code
    tensors[f"{prefix}.values"] = bnb.dequantize_4bit(packed, state)


# More than 256 blocks of 64, so that the scales fill more than one block of 256; one block of zeros.
large = 0.05 * torch.randn(30, 704)
large.view(-1)[64:128] = 0
tensors["large"] = large = large.to(torch.bfloat16)
four_bit("large", large, "nf4", True)
four_bit("large", large, "fp4", False)
# The last block is shorter than the others, and rows do not begin with blocks.
tensors["odd"] = odd = torch.randn(5, 77)
for kind in ["nf4", "fp4"]:
    four_bit("odd", odd, kind, False)

# Linear8bitLt rounds its weight to float16 first.
tensors["rows"] = rows = torch.randn(12, 50)
codes, scales, _ = bnb.int8_vectorwise_quant(rows.half())
tensors["rows.int8.codes"] = codes
tensors["rows.int8.scales"] = scales
tensors["rows.int8.values"] = bnb.int8_vectorwise_dequant(codes, scales)


def nearest(weight: torch.Tensor, bits: int, group: int, symmetric: bool) -> torch.Tensor:
    """Rounds groups of each row to integers: -(2^(b-1) - 1) to 2^(b-1) - 1, or 0 to 2^b - 1 with a zero point."""
    parts = []
    for part in weight.split(group, dim=1):
        if symmetric:
            low, high = -(2 ** (bits - 1) - 1), 2 ** (bits - 1) - 1
            scale = part.abs().amax(dim=1) / high
            zero = torch.zeros(len(part), dtype=torch.int32)
        else:
            low, high = 0, 2**bits - 1
            smallest = part.amin(dim=1).clamp(max=0)
            scale = (part.amax(dim=1).clamp(min=0) - smallest) / high
            zero = torch.round(-smallest / scale).to(torch.int32)
        parts.append(torch.fake_quantize_per_channel_affine(part, scale, zero, 0, low, high))
    return torch.cat(parts, dim=1)


for bits in [4, 8]:
    for symmetric in [True, False]:
        name = f"rows.int{bits}.{'symmetric' if symmetric else 'asymmetric'}"
        tensors[name] = nearest(rows, bits, 32, symmetric)

save_file({name: value.contiguous() for name, value in tensors.items()}, out / "expected.safetensors")


def dequantized(weight: torch.Tensor, scheme: str) -> torch.Tensor:
    if scheme == "int8":
        codes, scales, _ = bnb.int8_vectorwise_quant(weight.half())
        return bnb.int8_vectorwise_dequant(codes, scales).float()
    packed, state = bnb.quantize_4bit(weight.contiguous(), blocksize=64, quant_type=scheme)
    # The vectorised CPU kernel of bitsandbytes 0.50.2 is wrong for rows that are shorter than a block.
    return _dequantize_4bit_compute(packed.reshape(-1), state.absmax, state.code, 64, weight.shape, weight.dtype).float()


def quantized_model(folder: Path, scheme: str) -> torch.nn.Module:
    stored = getattr(torch, json.loads((folder / "config.json").read_text())["dtype"])
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        for name, module in model.named_modules():
            if name == "lm_head" or not isinstance(module, torch.nn.Linear | Conv1D):
                continue
            is_transposed = isinstance(module, Conv1D)
            weight = (module.weight.T if is_transposed else module.weight).to(stored)
            value = dequantized(weight, scheme)
            module.weight.copy_(value.T if is_transposed else value)
    return model.eval()


losses: dict[str, dict[str, float]] = {}
models = out.parent / "models"
for name in ["gpt2", "qwen3"]:
    sequence = torch.tensor([json.loads((models / name / "expected.json").read_text())["sequences"][0]])
    for scheme in ["nf4", "fp4", "int8"]:
        forms = {"base": quantized_model(models / name, scheme)}
        forms["dora"] = PeftModel.from_pretrained(quantized_model(models / name, scheme), models / name / "dora").eval()
        for form, model in forms.items():
            with torch.no_grad():
                losses.setdefault(f"{name}.{scheme}", {})[form] = model(sequence, labels=sequence).loss.double().item()
(out / "losses.json").write_text(json.dumps(losses, indent=2) + "\n")

example = Path(__file__).parents[2] / "examples" / "reference-study"
tokens = torch.randint(3072, (1, 128))
study: dict = {"tokens": tokens[0].tolist(), "runs": {}}
study_logits: dict[str, torch.Tensor] = {}
for run in ["16bit_r8_s0", "16bit_r16_s0", "16bit_r8_s0_rslora", "16bit_r8_s0_dora", "4bit_r8_s0"]:
    is_quantized = run.startswith("4bit")
    base = quantized_model(example / "base", "nf4") if is_quantized else AutoModelForCausalLM.from_pretrained(example / "base", dtype=torch.float32)
    model = PeftModel.from_pretrained(base, example / "runs" / run / "final_model").eval()
    with torch.no_grad():
        result = model(tokens, labels=tokens)
    scaling = {
        module.removeprefix("base_model.model."): layer.scaling["default"]
        for module, layer in model.named_modules()
        if isinstance(getattr(layer, "scaling", None), dict)
    }
    study["runs"][run] = {"loss": result.loss.double().item(), "scaling": scaling}
    # Every 16th token and entry of the vocabulary.
    study_logits[run] = result.logits[0, ::16, ::16].contiguous()
(out / "example-study.json").write_text(json.dumps(study) + "\n")
save_file(study_logits, out / "example-study.safetensors")
record(out, "torch", "transformers", "peft", "bitsandbytes", "safetensors")
