import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensorKey } from "#src/import/adapter/tensor-key.js";

const LAYER = "transformer.h.0.attn.c_attn";
const keyOf = (name: string) => tensorKey(name, ["score", "head.dense"]);

describe("a layer has the same name for every wrapping of its key", () => {
  test.each([
    `${LAYER}.lora_A.weight`,
    `base_model.model.${LAYER}.lora_A.weight`,
    `module.base_model.model.${LAYER}.lora_A.weight`,
    `_orig_mod.base_model.model.${LAYER}.lora_A.weight`,
    `module._orig_mod.${LAYER}.lora_A.weight`,
    "_fsdp_wrapped_module.base_model.model.transformer.h.0._fsdp_wrapped_module.attn.c_attn.lora_A.weight",
    "base_model.model.transformer.h.0._checkpoint_wrapped_module._fsdp_wrapped_module.attn.c_attn.lora_A.weight",
    `base_model.model.${LAYER}.lora_A._fsdp_wrapped_module.weight`,
  ])("%s", (name) => {
    expect(keyOf(name)).toEqual({
      kind: "FACTOR",
      module: LAYER,
      factor: "a",
      form: "LINEAR",
      columnMajor: false,
      adapter: null,
    });
  });

  test("a model's own module named 'module' keeps its name", () => {
    expect(keyOf("base_model.model.module.0.lora_B.weight")).toMatchObject({ module: "module.0", factor: "b" });
  });

  test("any wrappers in any order are removed", () => {
    const wrapper = fc.constantFrom("_fsdp_wrapped_module", "_orig_mod", "_checkpoint_wrapped_module");
    const part = fc.constantFrom("h", "0", "attn", "model", "base_model", "lora_A", "q_proj");
    const parts = fc.array(fc.record({ part, before: fc.array(wrapper, { maxLength: 2 }) }), { minLength: 1 });
    const front = fc.constantFrom("", "module.", "base_model.model.", "module.base_model.model.");
    fc.assert(
      fc.property(parts, front, (path, before) => {
        const plain = path.map(({ part: name }) => name).join(".");
        fc.pre(!plain.startsWith("base_model.model"));
        const wrapped = path.flatMap(({ part: name, before: wrappers }) => [...wrappers, name]).join(".");
        expect(keyOf(`${before}${wrapped}.lora_B.weight`)).toEqual(keyOf(`${plain}.lora_B.weight`));
      }),
    );
  });
});

test.each([
  ["base_model.model.wte.lora_embedding_A", null],
  ["base_model.model.wte.lora_embedding_A.default", "default"],
  ["wte.lora_embedding_A.default", "default"],
])("%s is a factor of an embedding", (name, adapter) => {
  expect(keyOf(name)).toEqual({
    kind: "FACTOR",
    module: "wte",
    factor: "a",
    form: "EMBEDDING",
    columnMajor: false,
    adapter,
  });
});

test.each([
  [`${LAYER}.lora_magnitude_vector`, "DORA_MAGNITUDE"],
  [`${LAYER}.lora_magnitude_vector.default.weight`, "DORA_MAGNITUDE"],
  [`base_model.model.${LAYER}.bias`, "BIAS"],
  [`base_model.model.${LAYER}.base_layer.bias`, "BIAS"],
  [`base_model.model.${LAYER}.lora_B.bias`, "BIAS"],
  [`base_model.model.${LAYER}.lora_B.default.bias`, "BIAS"],
  ["base_model.model.score.weight", "MODULE_TO_SAVE"],
  ["base_model.model.score.bias", "MODULE_TO_SAVE"],
  ["base_model.model.model.head.dense.weight", "MODULE_TO_SAVE"],
  ["base_model.model.classifier.modules_to_save.default.weight", "MODULE_TO_SAVE"],
  ["base_model.model.underscore.weight", "OTHER"],
  ["base_model.model.wte.token_adapter.trainable_tokens_delta", "OTHER"],
])("%s is %s", (name, kind) => {
  expect(keyOf(name)).toEqual({ kind });
});

test.each([
  [`base_model.model.${LAYER}.lora_E`, "AdaLoRA"],
  [`base_model.model.${LAYER}.lora_E.default`, "AdaLoRA"],
  [`base_model.model.${LAYER}.lora_diag.default`, "KaSA"],
  [`base_model.model.${LAYER}.vera_lambda_b`, "VeRA"],
  ["lora_unet_mid_block_attn.lora_mid.weight", "Tucker"],
  ["lora_unet_mid_block_attn.hada_w1_a", "LoHa"],
  [`base_model.model.${LAYER}.hada_w2_b`, "LoHa"],
  ["lora_unet_mid_block_attn.lokr_w2", "LoKr"],
])("%s is a part of another form, which is named", (name, form) => {
  expect(keyOf(name)).toEqual({ kind: "UNSUPPORTED", form: expect.stringContaining(form) as string });
});

// Keys of diffusers before it used PEFT, of its attention processors, of kohya's scripts and of torchtune.
test.each([
  ["unet.down_blocks.0.attn1.to_q.lora.down.weight", "unet.down_blocks.0.attn1.to_q", "a"],
  ["unet.down_blocks.0.attn1.processor.to_k_lora.up.weight", "unet.down_blocks.0.attn1.to_k", "b"],
  ["unet.down_blocks.0.attn1.processor.to_out_lora.down.weight", "unet.down_blocks.0.attn1.to_out.0", "a"],
  ["text_encoder.layers.0.self_attn.q_proj.lora_linear_layer.up.weight", "text_encoder.layers.0.self_attn.q_proj", "b"],
  ["lora_unet_down_blocks_0_attn1_to_q.lora_down.weight", "lora_unet_down_blocks_0_attn1_to_q", "a"],
  ["layers.0.attn.q_proj.lora_b.weight", "layers.0.attn.q_proj", "b"],
])("%s is a factor", (name, module, factor) => {
  expect(keyOf(name)).toEqual({ kind: "FACTOR", module, factor, form: "LINEAR", columnMajor: false, adapter: null });
});
