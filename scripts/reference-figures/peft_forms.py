"""Writes tests/peft-forms/: tiny adapters of every form that PEFT writes, made with PEFT, and their updates as computed by
PEFT. Needs torch, transformers and peft (made with 0.21); the tests themselves do not need Python.

Run: python3 scripts/reference-figures/peft_forms.py tests/peft-forms

expected.json describes each layer's update for every form that can be imported. The written folder is loaded onto a new model,
and get_delta_weight computes the update in float64. The file has its shape, its squared norm, its inner product with the
probe sin(1 + i * columns + j) and, for the first layer, all values.
"""

import collections
import copy
import json
import os
import pathlib
import shutil
import sys
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import torch  # noqa: E402
from huggingface_hub import save_torch_state_dict  # noqa: E402
from peft import (  # noqa: E402
    AdaLoraConfig,
    IA3Config,
    LoraConfig,
    PeftModel,
    VeraConfig,
    get_peft_model,
    get_peft_model_state_dict,
    inject_adapter_in_model,
)
from peft.tuners.lora import LoraLayer  # noqa: E402
from peft.tuners.lora.config import BdLoraConfig, KasaConfig  # noqa: E402
from torch import nn  # noqa: E402
from transformers.pytorch_utils import Conv1D  # noqa: E402

OUT = pathlib.Path(sys.argv[1])


class Attention(nn.Module):
    def __init__(self, transposed):
        super().__init__()
        self.c_attn = Conv1D(9, 6) if transposed else nn.Linear(6, 9)


class Block(nn.Module):
    def __init__(self, transposed):
        super().__init__()
        self.attn = Attention(transposed)
        self.experts = nn.Module()
        self.experts.gate_up_proj = nn.Parameter(torch.zeros(3, 6, 8))
        self.conv = nn.Conv2d(6, 4, 3)


class Tiny(nn.Module):
    """A tiny model with the module names of GPT-2."""

    def __init__(self, transposed=False):
        super().__init__()
        self.wte = nn.Embedding(7, 6)
        self.h = nn.ModuleList(Block(transposed) for _ in range(2))
        self.score = nn.Linear(6, 2)

    def forward(self, ids):
        hidden = self.wte(ids)
        for block in self.h:
            hidden = block.attn.c_attn(hidden)[..., :6]
        return self.score(hidden)

    def prepare_inputs_for_generation(self, *args, **kwargs):
        """Exists because PEFT requires it for the task CAUSAL_LM."""


def base(transposed=False):
    torch.manual_seed(1)
    model = Tiny(transposed)
    # Weights must not be zero: PiSSA and similar methods decompose them.
    for parameter in model.parameters():
        nn.init.normal_(parameter)
    return model


def adapted(config, transposed=False, seed=2):
    """Returns a model with a perturbed adapter, because PEFT initializes B with 0."""
    model = get_peft_model(base(transposed), config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
    return model


def lora(**options):
    return LoraConfig(**{"r": 2, "lora_alpha": 8, "target_modules": ["c_attn"], **options})


def save(form, model, **options):
    folder = OUT / form
    model.save_pretrained(folder, **options)
    (folder / "README.md").unlink(missing_ok=True)
    return folder


def save_state(form, model, state, name="adapter_model.safetensors"):
    """Saves the configuration as PEFT does, and `state` as the weights."""
    folder = save(form, model)
    (folder / "adapter_model.safetensors").unlink()
    if name.endswith(".bin"):
        torch.save(state, folder / name)
    else:
        from safetensors.torch import save_file

        save_file({key: value.detach().contiguous() for key, value in state.items()}, folder / name)
    return folder


def cast(model, dtype):
    # Multiply by 1.1, so that the float64 values are not representable in float32.
    return {key: (value.double() * 1.1).to(dtype) for key, value in get_peft_model_state_dict(model).items()}


expected = {}


def expect(form, transposed=False, weights=None, model=None):
    """Loads the form with PEFT and records each layer's update in float64."""
    if model is None:
        folder = weights or OUT / form
        # PiSSA and MiCA can only be loaded onto a float32 model, which represents the saved values exactly.
        onto = base(transposed).double() if form.endswith("f64") else base(transposed)
        model = PeftModel.from_pretrained(onto, folder, autocast_adapter_dtype=False)
    model = copy.deepcopy(model).double()
    layers = {}
    for name, module in model.named_modules():
        if not isinstance(module, LoraLayer):
            continue
        delta = module.get_delta_weight("default").detach()
        # The kernels of a convolution, out x in x height x width, are compared as a matrix.
        delta = delta.reshape(delta.shape[0], -1)
        assert delta.dtype == torch.float64 and delta.abs().max() > 0, form
        probe = torch.sin(1 + torch.arange(delta.numel(), dtype=torch.float64)).reshape(delta.shape)
        layer = {
            "shape": list(delta.shape),
            "squaredNorm": (delta * delta).sum().item(),
            "probe": (delta * probe).sum().item(),
        }
        if not layers:
            layer["values"] = delta.flatten().tolist()
        layers[name.removeprefix("base_model.model.")] = layer
    assert layers, form
    expected[form] = layers


shutil.rmtree(OUT, ignore_errors=True)

# Tensors.
plain = adapted(lora())
for form, dtype in [
    ("f64", torch.float64), ("f32", torch.float32), ("f16", torch.float16), ("bf16", torch.bfloat16),
    ("f8-e4m3", torch.float8_e4m3fn), ("f8-e5m2", torch.float8_e5m2),
]:  # fmt: skip
    save_state(form, plain, cast(plain, dtype))
    expect(form)
    save_state(f"bin-{form}", plain, cast(plain, dtype), "adapter_model.bin")
    expect(f"bin-{form}")

# Files.
save("bin", plain, safe_serialization=False)
expect("bin")
save_state(
    "bin-parameters", plain,
    collections.OrderedDict((k, nn.Parameter(v)) for k, v in cast(plain, torch.float32).items()), "adapter_model.bin",
)  # fmt: skip
expect("bin-parameters")
for form, safe, extension in [("sharded", True, "safetensors"), ("sharded-bin", False, "bin")]:
    folder = save(form, plain)
    whole = {key: value.contiguous() for key, value in cast(plain, torch.float32).items()}
    (folder / "adapter_model.safetensors").unlink()
    save_torch_state_dict(
        whole, folder, filename_pattern=f"adapter_model{{suffix}}.{extension}", max_shard_size=200, safe_serialization=safe
    )
    # PEFT itself does not load shards.
    joined = save_state("joined", plain, whole)
    expect(form, weights=joined)
    shutil.rmtree(joined)

# Keys.
named = {key: value for key, value in plain.state_dict().items() if "lora_" in key}
assert all(".default." in key for key in named)
save_state("adapter-name-in-key", plain, named)
expect("adapter-name-in-key", model=plain)
compiled = {key: value for key, value in torch.compile(plain).state_dict().items() if "lora_" in key}
assert all(key.startswith("_orig_mod.") for key in compiled)
save_state("compiled", plain, compiled)
expect("compiled", model=plain)
injected = inject_adapter_in_model(lora(), base())
with torch.no_grad():
    for key, value in injected.named_parameters():
        if "lora_" in key:
            value.copy_(plain.state_dict()[f"base_model.model.{key}"])
bare = get_peft_model_state_dict(injected)
assert all(key.startswith("h.") for key in bare)
save_state("no-prefix", plain, bare)
expect("no-prefix", model=injected)

# Configurations.
CONFIGS = {
    "rslora": lora(use_rslora=True),
    "rank-pattern": lora(rank_pattern={"^h.0.attn.c_attn": 3}, use_rslora=True),
    "alpha-pattern": lora(rank_pattern={r"h\.[1-9]\.attn\.c_attn": 1}, alpha_pattern={"h.1.attn.c_attn": 32, "c_attn": 3}),
    "patterns": lora(
        target_modules=["c_attn", "score"],
        use_rslora=True,
        rank_pattern={r"h\.(0|2)\.attn\..*": 3, "sco.e": 1},
        alpha_pattern={r"h\.\d+\.(?:attn|mlp)\.c_[a-z]+": 5, "score": 7},
        modules_to_save=["wte"],
    ),
    "dora": lora(use_dora=True),
    "modules-to-save": lora(modules_to_save=["score"]),
    "bias-all": lora(bias="all"),
    "bias-lora-only": lora(bias="lora_only"),
    "lora-bias": lora(lora_bias=True),
    "trainable-tokens": lora(trainable_token_indices={"wte": [0, 3]}),
    "embedding": lora(target_modules=["wte", "c_attn"]),
    "layers-to-transform": lora(layers_to_transform=[1], layers_pattern="h"),
    "exclude-modules": lora(exclude_modules=["h.0.attn.c_attn"]),
    "activated": lora(alora_invocation_tokens=[1, 2], task_type="CAUSAL_LM"),
    "gaussian": lora(init_lora_weights="gaussian"),
    "orthogonal": lora(init_lora_weights="orthogonal"),
    "mica": lora(init_lora_weights="mica"),
    "pissa": lora(init_lora_weights="pissa"),
    "olora": lora(init_lora_weights="olora"),
}
for form, config in CONFIGS.items():
    save(form, adapted(config))
    expect(form)
transposed = adapted(lora(target_modules=["wte", "c_attn"]), transposed=True)
save("fan-in-fan-out", transposed)
assert transposed.peft_config["default"].fan_in_fan_out
expect("fan-in-fan-out", transposed=True)
save_state("embedding-adapter-name-in-key", transposed, {k: v for k, v in transposed.state_dict().items() if "lora_" in k})
expect("embedding-adapter-name-in-key", model=transposed)

# PiSSA converted to plain LoRA: the rank doubles, and B A is the learned update.
start = get_peft_model(base(), lora(init_lora_weights="pissa"))
start.peft_config["default"].init_lora_weights = True
initial = OUT / "initial"
start.save_pretrained(initial)
start.peft_config["default"].init_lora_weights = "pissa"
with torch.no_grad():
    for key, value in start.named_parameters():
        if "lora_" in key:
            value.add_(0.1 * torch.ones_like(value))
save("pissa-converted", start, path_initial_model_for_weight_conversion=str(initial))
shutil.rmtree(initial)
expect("pissa-converted")

# Forms that the import rejects.
def refused(form, make):
    model = make()
    save(form, model)


refused("refused-packed-experts", lambda: adapted(lora(target_modules=[], target_parameters=["experts.gate_up_proj"])))
refused("refused-kasa", lambda: get_peft_model(base(), lora(kasa_config=KasaConfig())))
refused(
    "refused-bdlora",
    lambda: adapted(lora(r=3, use_bdlora=BdLoraConfig(target_modules_bd_b=["c_attn"], nblocks=3, match_strict=False))),
)
refused("refused-adalora", lambda: get_peft_model(base(), AdaLoraConfig(target_modules=["c_attn"], total_step=9, tinit=1, tfinal=1)))
refused("refused-vera", lambda: get_peft_model(base(), VeraConfig(target_modules=["c_attn"], r=2)))
refused("refused-ia3", lambda: get_peft_model(base(), IA3Config(target_modules=["c_attn"], feedforward_modules=[])))
legacy = save_state("refused-legacy-bin", plain, {})
(legacy / "adapter_model.safetensors").unlink()
torch.save(cast(plain, torch.float32), legacy / "adapter_model.bin", _use_new_zipfile_serialization=False)
strided = {key: value.t().contiguous().t() for key, value in cast(plain, torch.float32).items()}
save_state("refused-not-contiguous", plain, strided, "adapter_model.bin")

save("convolution", adapted(lora(target_modules=["conv"])))
expect("convolution")
two = adapted(lora())
two.add_adapter("other", lora())
save_state("two-adapters", two, {k: v for k, v in two.state_dict().items() if "lora_" in k})
shutil.rmtree(OUT / "two-adapters" / "other", ignore_errors=True)
expect("two-adapters", model=two)

(OUT / "expected.json").write_text(json.dumps(expected, separators=(",", ":")).replace('},"', '},\n"') + "\n")
