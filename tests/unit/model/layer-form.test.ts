import { describe, expect, test } from "vitest";
import { layerForm, layersByKey } from "#src/model/layer-form.js";

describe("a layer has one form in the files of all tools", () => {
  test.each([
    [
      "transformers and MLX-LM",
      ["model.layers.3.self_attn.v_proj", "layers.3.self_attn.v_proj", "layers.3.attn.v_proj"],
    ],
    ["torchtune's output projection", ["model.layers.3.self_attn.o_proj", "layers.3.attn.output_proj"]],
    ["torchtune's gate", ["model.layers.3.mlp.gate_proj", "layers.3.mlp.w1"]],
    ["torchtune's way down", ["model.layers.3.mlp.down_proj", "layers.3.mlp.w2"]],
    ["torchtune's way up", ["model.layers.3.mlp.up_proj", "layers.3.mlp.w3"]],
    ["the output", ["lm_head", "output"]],
    ["models with images", ["model.language_model.layers.0.mlp.up_proj", "language_model.model.layers.0.mlp.up_proj"]],
    ["GPT-2", ["transformer.h.0.attn.c_attn", "h.0.attn.c_attn", "model.h.0.attn.c_attn"]],
    [
      "Stable Diffusion",
      [
        "unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_out.0",
        "down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_out.0",
        "lora_unet_down_blocks_0_attentions_1_transformer_blocks_0_attn1_to_out_0",
        "lycoris_down_blocks_0_attentions_1_transformer_blocks_0_attn1_to_out_0",
      ],
    ],
    [
      "SDXL's way down",
      [
        "unet.down_blocks.2.attentions.1.transformer_blocks.9.attn2.to_k",
        "lora_unet_input_blocks_8_1_transformer_blocks_9_attn2_to_k",
      ],
    ],
    [
      "SDXL's middle",
      [
        "unet.mid_block.attentions.0.transformer_blocks.9.ff.net.2",
        "lora_unet_middle_block_1_transformer_blocks_9_ff_net_2",
      ],
    ],
    ["SDXL's way up", ["unet.up_blocks.1.attentions.2.proj_in", "lora_unet_output_blocks_5_1_proj_in"]],
    [
      "text encoders",
      [
        "text_encoder.text_model.encoder.layers.0.self_attn.q_proj",
        "lora_te_text_model_encoder_layers_0_self_attn_q_proj",
        "lora_te1_text_model_encoder_layers_0_self_attn_q_proj",
      ],
    ],
    [
      "the second text encoder",
      ["text_encoder_2.text_model.encoder.layers.0.mlp.fc1", "lora_te2_text_model_encoder_layers_0_mlp_fc1"],
    ],
    ["Flux", ["transformer.transformer_blocks.0.attn.to_q", "lora_transformer_transformer_blocks_0_attn_to_q"]],
  ])("%s", (_, names) => {
    expect(new Set(names.map(layerForm)).size).toBe(1);
  });

  test("but not torchtune's queries and keys, whose rows have another order", () => {
    for (const module of ["q_proj", "k_proj"]) {
      expect(layerForm(`layers.0.attn.${module}`)).not.toBe(layerForm(`model.layers.0.self_attn.${module}`));
    }
  });

  test("other layers keep apart", () => {
    const names = [
      "model.layers.0.mlp.up_proj",
      "model.layers.1.mlp.up_proj",
      "layers.0.mlp.w1",
      "unet.x",
      "text_encoder.x",
      "encoder.x",
    ];
    expect(new Set(names.map(layerForm)).size).toBe(names.length);
  });
});

test("layers of one form in one run, or of other shapes, are not taken as one", () => {
  const shape = { inFeatures: 2, outFeatures: 2 };
  const twice = [
    { name: "model.a", ...shape },
    { name: "a", ...shape },
  ];
  expect(layersByKey(twice).size).toBe(0);
  expect(
    layersByKey([
      { name: "model.a", ...shape },
      { name: "a", inFeatures: 3, outFeatures: 2 },
    ]).size,
  ).toBe(2);
});
