"""Writes tests/fixtures/models/: tiny random checkpoints of each architecture, a LoRA and a DoRA adapter for each, and what
transformers and PEFT compute with them in float32 on the CPU.

Needs torch, transformers and peft; the tests do not need Python.
Run: python3 scripts/reference/language_models.py tests/fixtures/models
"""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from made_by import record
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

torch.manual_seed(0)
VOCABULARY = 64
COMMON = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 40,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "bos_token_id": None,
    "eos_token_id": None,
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500.0,
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}
GPT2 = {"vocab_size": VOCABULARY, "n_positions": 64, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_inner": 40}
GPT2 |= {"bos_token_id": None, "eos_token_id": None}
# name: model type, dtype of the file, configuration, options of save_pretrained
MODELS = {
    "gpt2": ("gpt2", torch.float32, GPT2, {}),
    "gpt2-f16": ("gpt2", torch.float16, GPT2 | {"activation_function": "gelu", "n_inner": 48, "scale_attn_by_inverse_layer_idx": True, "tie_word_embeddings": False}, {}),
    "llama-sharded": ("llama", torch.bfloat16, COMMON | {"rope_parameters": LLAMA3, "tie_word_embeddings": True}, {"max_shard_size": "12KB"}),
    "llama-biased": ("llama", torch.float16, COMMON | {"rope_parameters": {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}, "attention_bias": True, "mlp_bias": True, "head_dim": 16}, {}),
    "mistral": ("mistral", torch.bfloat16, COMMON | {"sliding_window": 8}, {}),
    "qwen2": ("qwen2", torch.float32, COMMON | {"use_sliding_window": True, "sliding_window": 8, "max_window_layers": 1, "tie_word_embeddings": True}, {}),
    "qwen3": ("qwen3", torch.bfloat16, COMMON | {"head_dim": 16, "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0}}, {}),
}
LENGTHS = [20, 9]
PROMPTS = [12, 5]
NEW_TOKENS = 20


def randomize(model: torch.nn.Module) -> None:
    """Gives every parameter random values, biases too, so large that the next tokens differ from position to position."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn_like(parameter)
            is_norm = parameter.ndim == 1 and name.endswith("weight")
            parameter.copy_(1 + 0.2 * noise if is_norm else 0.25 * noise)


def adapters(kind: str) -> dict[str, LoraConfig]:
    fused = kind == "gpt2"
    some = ["c_attn", "mlp.c_proj"] if fused else ["q_proj", "v_proj", "down_proj"]
    every = ["c_attn", "c_proj", "c_fc"] if fused else ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    pattern = "h.1.mlp.c_proj" if fused else "layers.1.mlp.down_proj"
    common = {"task_type": "CAUSAL_LM", "fan_in_fan_out": fused, "init_lora_weights": False}
    return {
        "lora": LoraConfig(r=4, lora_alpha=8, target_modules=some, rank_pattern={pattern: 2}, alpha_pattern={pattern: 3}, **common),
        "dora": LoraConfig(r=2, lora_alpha=3, target_modules=every, use_rslora=True, use_dora=True, **common),
    }


def load(folder: Path) -> torch.nn.Module:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def expected(model: torch.nn.Module, sequences: list[list[int]], prompts: list[list[int]]) -> tuple[dict, dict]:
    """Logits, last hidden states and losses of each sequence, the loss of a padded batch, and greedy continuations."""
    tensors, losses = {}, []
    for i, tokens in enumerate(sequences):
        ids = torch.tensor([tokens])
        with torch.no_grad():
            result = model(ids, labels=ids, output_hidden_states=True)
        tensors[f"logits.{i}"] = result.logits[0].contiguous()
        tensors[f"hidden.{i}"] = result.hidden_states[-1][0].contiguous()
        losses.append(result.loss.double().item())
    longest = max(map(len, sequences))
    padded = torch.tensor([tokens + [0] * (longest - len(tokens)) for tokens in sequences])
    mask = torch.tensor([[1] * len(tokens) + [0] * (longest - len(tokens)) for tokens in sequences])
    with torch.no_grad():
        batch = model(padded, attention_mask=mask).logits
    difference = max((batch[i, : len(tokens)] - tensors[f"logits.{i}"]).abs().max().item() for i, tokens in enumerate(sequences))
    assert difference < 1e-4, difference
    options = {"max_new_tokens": NEW_TOKENS, "min_new_tokens": NEW_TOKENS, "do_sample": False, "pad_token_id": 0}
    # Without a mask, generate would take token 0 of a prompt for padding.
    greedy = [
        model.generate(torch.tensor([tokens]), attention_mask=torch.ones(1, len(tokens)), **options)[0, len(tokens) :].tolist()
        for tokens in prompts
    ]
    return tensors, {"losses": losses, "greedy": greedy}


def write(folder: Path, kind: str, dtype: torch.dtype, settings: dict, options: dict) -> None:
    config = AutoConfig.for_model(kind, **settings)
    model = AutoModelForCausalLM.from_config(config)
    randomize(model)
    model.to(dtype).save_pretrained(folder, **options)
    (folder / "generation_config.json").unlink(missing_ok=True)
    sequences = [torch.randint(VOCABULARY, (length,)).tolist() for length in LENGTHS]
    prompts = [torch.randint(VOCABULARY, (length,)).tolist() for length in PROMPTS]
    tensors, results = {}, {}
    base = load(folder)
    of_base, results["base"] = expected(base, sequences, prompts)
    tensors |= {f"base.{name}": value for name, value in of_base.items()}
    for name, settings_of_adapter in adapters(kind).items():
        adapted = get_peft_model(load(folder), settings_of_adapter)
        with torch.no_grad():
            for key, parameter in adapted.named_parameters():
                if "lora_magnitude" in key:
                    parameter.mul_(0.6 + 0.8 * torch.rand_like(parameter))
                elif "lora_" in key:
                    parameter.copy_(0.2 * torch.randn_like(parameter))
        adapted.save_pretrained(folder / name)
        (folder / name / "README.md").unlink(missing_ok=True)
        read = PeftModel.from_pretrained(load(folder), folder / name).eval()
        of_adapter, results[name] = expected(read, sequences, prompts)
        tensors |= {f"{name}.{key}": value for key, value in of_adapter.items() if key == "logits.0"}
        scaling = {
            module.removeprefix("base_model.model."): layer.scaling["default"]
            for module, layer in read.named_modules()
            if isinstance(getattr(layer, "scaling", None), dict)
        }
        results[name]["scaling"] = scaling
    save_file(tensors, folder / "expected.safetensors")
    text = json.dumps({"sequences": sequences, "prompts": prompts, "results": results})
    (folder / "expected.json").write_text(text + "\n")


out = Path(sys.argv[1]).resolve()
transformers.utils.logging.set_verbosity_error()
for name, (kind, dtype, settings, options) in MODELS.items():
    shutil.rmtree(out / name, ignore_errors=True)
    (out / name).mkdir(parents=True)
    write(out / name, kind, dtype, settings, options)
record(out, "torch", "transformers", "peft", "safetensors")
