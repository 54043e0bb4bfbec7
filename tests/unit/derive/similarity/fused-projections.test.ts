import { expect, test } from "vitest";
import { fusedParts, type FusedLayer } from "#src/derive/similarity/fused-projections.js";

function layer(name: string, rest: Partial<FusedLayer> = {}): FusedLayer {
  return { name, inFeatures: 8, outFeatures: 24, transposed: false, baseModel: null, ...rest };
}

const THIRDS = {
  parts: [
    { name: "q", from: 0, to: 8 },
    { name: "k", from: 8, to: 16 },
    { name: "v", from: 16, to: 24 },
  ],
};

test.each([
  ["GPT-2", layer("transformer.h.12.attn.c_attn", { transposed: true })],
  ["Qwen", layer("transformer.h.12.attn.c_attn", { baseModel: "Qwen/Qwen-1_8B" })],
  ["Phi-3", layer("model.layers.0.self_attn.qkv_proj")],
  ["Baichuan", layer("model.layers.0.self_attn.W_pack")],
  ["MPT", layer("transformer.blocks.3.attn.Wqkv")],
  ["ModernBERT", layer("layers.3.attn.Wqkv")],
  ["timm", layer("blocks.3.attn.qkv")],
])("%s: three equal parts in order", (_, fused) => {
  expect(fusedParts(fused)).toEqual(THIRDS);
});

test.each([
  [
    "heads interleaved: GPT-NeoX",
    layer("gpt_neox.layers.0.attention.query_key_value"),
    "interleaves q, k and v by heads",
  ],
  [
    "heads interleaved: Falcon",
    layer("transformer.h.0.self_attention.query_key_value"),
    "interleaves q, k and v by heads",
  ],
  [
    "GPT-BigCode, by its linear c_attn",
    layer("transformer.h.0.attn.c_attn", { baseModel: "bigcode/x" }),
    "GPT-BigCode",
  ],
  ["a linear c_attn of an unknown model", layer("transformer.h.0.attn.c_attn"), "does not tell which layout"],
  ["grouped heads", layer("model.layers.0.self_attn.qkv_proj", { outFeatures: 16 }), "16 outputs for 8 inputs"],
  ["CodeGen, which is ordered by its partitions", layer("transformer.h.0.attn.qkv_proj"), "not a fused projection"],
  [
    "another module whose name ends alike",
    layer("h.0.cross_attn.c_attn", { transposed: true }),
    "not a fused projection",
  ],
  ["a plain projection", layer("model.layers.0.self_attn.q_proj"), "not a fused projection"],
])("%s is not sliced, with a reason", (_, fused, reason) => {
  expect(fusedParts(fused)).toEqual({ reason: expect.stringContaining(reason) as string });
});
