"""Writes tests/fixtures/formats/{diffusers,lycoris}/: LoRA files of diffusers, and of LyCORIS in the form of kohya's scripts.

diffusers: StableDiffusionPipeline.save_lora_weights of a tiny UNet with linear and convolution layers, with and without the
metadata that states alpha, and under the names of diffusers before it used PEFT. lycoris: create_lycoris and save_weights, with
the header fields that kohya's sd-scripts adds (train_network.py). tests/fixtures/updates/*.json has the updates as NumPy
computes them from the tools' modules (not from the files).

Needs diffusers, transformers, peft, lycoris-lora and torch; the tests do not need Python.
Run: python3 scripts/reference/diffusion_adapters.py tests/fixtures
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel

from diffusers.training_utils import _collate_lora_metadata
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig, get_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from lycoris import LycorisNetwork, create_lycoris

from made_by import record
from updates import write

fixtures = Path(sys.argv[1])
TARGETS = ["to_q", "to_out.0", "proj_in", "conv_in"]


def fresh(name: str) -> Path:
    folder = fixtures / "formats" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def tiny_unet() -> UNet2DConditionModel:
    torch.manual_seed(7)
    return UNet2DConditionModel(
        sample_size=8, in_channels=2, out_channels=2, block_out_channels=(4, 4), norm_num_groups=2, layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=6, attention_head_dim=2,
    )  # fmt: skip


def randomise(module: torch.nn.Module, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(module.named_parameters()):
        if "lora" in name:
            parameter.data = torch.randn(parameter.shape, generator=generator) / 4


def matrix(tensor: torch.Tensor) -> np.ndarray:
    values = tensor.detach().double().numpy()
    return values.reshape(values.shape[0], -1)


def diffusers() -> None:
    root = fresh("diffusers")
    runs = {}
    for name, seed, alpha, form in [("peft_r2", 1, 8, "peft"), ("no_metadata_r2", 2, 2, "plain"), ("old_names_r2", 3, 2, "old")]:
        unet = tiny_unet()
        unet.add_adapter(LoraConfig(r=2, lora_alpha=alpha, target_modules=TARGETS, rank_pattern={"conv_in": 1}))
        randomise(unet, seed)
        layers = get_peft_model_state_dict(unet)
        metadata = _collate_lora_metadata({"unet": unet}) if form == "peft" else {}
        if form == "old":
            layers = convert_state_dict_to_diffusers(layers)
        StableDiffusionPipeline.save_lora_weights(str(root / name), unet_lora_layers=layers, **metadata)
        runs[name] = {
            # Without metadata, diffusers takes alpha as the rank.
            f"unet.{path}": (module.scaling["default"] if form == "peft" else 1.0)
            * matrix(module.lora_B["default"].weight)
            @ matrix(module.lora_A["default"].weight)
            for path, module in unet.named_modules()
            if isinstance(module, LoraLayer)
        }
    write(fixtures / "updates" / "diffusers.json", runs, [("peft_r2", "no_metadata_r2"), ("no_metadata_r2", "old_names_r2")])
    record(root, "diffusers", "peft", "transformers")


def lycoris() -> None:
    root = fresh("lycoris")
    runs = {}
    LycorisNetwork.apply_preset(
        {"target_module": [], "target_name": ["*to_q", "*to_out.0", "*proj_in", "conv_in"], "use_fnmatch": True}
    )
    metadata = {
        "ss_network_dim": "2", "ss_network_alpha": "1.0", "ss_seed": "42", "ss_learning_rate": "0.0001",
        "ss_lr_scheduler": "cosine", "ss_num_epochs": "2", "ss_max_train_steps": "40", "ss_noise_offset": "None",
        "ss_mixed_precision": "bf16", "ss_sd_model_name": "tiny/diffusion.safetensors", "ss_tag_frequency": "{}",
    }  # fmt: skip
    for name, seed, algo in [("style", 1, "lora"), ("person", 2, "lora"), ("hadamard", 3, "loha"), ("kronecker", 4, "lokr")]:
        network = create_lycoris(
            tiny_unet(), 1.0, linear_dim=2, linear_alpha=1.0, conv_dim=1, conv_alpha=1.0, algo=algo, full_matrix=False
        )
        network.apply_to()
        saves = ["style-000001", "style-step00000030", "style"] if name == "style" else [name]
        for at, save in enumerate(saves):
            randomise_all(network, 10 * seed + at)
            network.save_weights(str(root / f"{save}.safetensors"), torch.float32, dict(metadata))
        if algo == "lora":
            runs[name] = {
                lora.lora_name: lora.scale * matrix(lora.lora_up.weight) @ matrix(lora.lora_down.weight)
                for lora in network.loras
            }
    write(fixtures / "updates" / "lycoris.json", runs, [("style", "person")])
    record(root, "lycoris-lora", "diffusers")


def randomise_all(network: torch.nn.Module, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for _, parameter in sorted(network.named_parameters()):
        parameter.data = torch.randn(parameter.shape, generator=generator) / 4


for make in [diffusers, lycoris] if len(sys.argv) < 3 else [globals()[sys.argv[2]]]:
    make()
