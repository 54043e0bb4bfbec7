import type { DecoderConfig } from "../../model/language-model.js";
import { layerPath, linearModules, type LinearModule } from "../../model/model-tensors.js";
import type { Graph } from "../onnx/onnx-model.js";
import { addActivation } from "./activation.js";
import { addAttention, addHeads, splitShape } from "./attention.js";
import { graphWriter, MICROSOFT } from "./graph-writer.js";
import { addLinear } from "./linear.js";
import type { PartOptions } from "./model-part.js";

type LayerModules = [LinearModule, LinearModule, LinearModule, LinearModule, LinearModule, LinearModule, LinearModule];

/** The name of the mask of layers with this window; null for a layer that attends to all tokens before it. */
export function maskName(window: number | null): string {
  return window === null ? "mask" : `mask.${window}`;
}

/**
 * Returns the graph of a part of a model of the Llama family up to the last norm (Touvron et al. 2023, arXiv 2302.13971;
 * transformers' modeling_llama.py, modeling_mistral.py, modeling_qwen2.py and modeling_qwen3.py). They differ by the
 * configuration only.
 *
 * Inputs: `tokens` [batch, sequence] int64; without the embeddings `states`; with layers `cos` and `sin` [rows, head size / 2] of
 * positions, `rows` [batch, sequence] int64, the row of each token's position, and a mask [batch, 1, sequence, total] for each
 * window (see `maskName`); per layer the cache (see `cacheNames`); per linear layer the adapter (see `addLinear`); the tensors of
 * `inputTensors`. Outputs: `hidden` [batch * sequence, hidden size], and per layer the extended cache.
 */
export function decoderGraph(config: DecoderConfig, options: PartOptions): Graph {
  const { hiddenSize, heads, keyValueHeads, headSize, normEpsilon } = config;
  const { files, form, inputTensors, precision, part } = options;
  const writer = graphWriter(files, inputTensors, precision);
  const tokens = writer.input("tokens", "int64", ["batch", "sequence"]);
  // ONNX Runtime registers this RMS norm in ONNX's own domain; RMSNormalization needs opset 23.
  const norm = (x: string, name: string) =>
    writer.add("SimplifiedLayerNormalization", [x, writer.weight(`${name}.weight`)], {
      attributes: { axis: -1, epsilon: { float: normEpsilon } },
    });
  let x = part.embeds
    ? writer.add("Reshape", [writer.rowsOf("model.embed_tokens.weight", tokens), writer.integers([-1, hiddenSize])])
    : writer.floatInput("states", ["tokens", hiddenSize]);
  const places = part.layers.length > 0 ? placeInputs() : undefined;

  function placeInputs() {
    const rows = writer.input("rows", "int64", ["batch", "sequence"]);
    const cos = writer.floatInput("cos", ["rows", headSize / 2]);
    const sin = writer.floatInput("sin", ["rows", headSize / 2]);
    const windows = new Set(part.layers.map((layer) => config.windows[layer] ?? null));
    return {
      rotate: (heads: string) => writer.add("RotaryEmbedding", [heads, rows, cos, sin], { domain: MICROSOFT }),
      masks: new Map(
        [...windows].map((window) => [window, writer.floatInput(maskName(window), ["batch", 1, "sequence", "total"])]),
      ),
      split: splitShape(writer, tokens, heads, headSize),
      splitKeys: splitShape(writer, tokens, keyValueHeads, headSize),
    };
  }

  for (const layer of part.layers) {
    if (places === undefined) break;
    const { rotate, masks, split, splitKeys } = places;
    const path = layerPath(config, layer);
    const [q, k, v, o, gate, up, down] = linearModules(config, layer) as LayerModules;
    const normed = norm(x, `${path}.input_layernorm`);
    const headsOf = (module: LinearModule, shape: string) =>
      addHeads(writer, addLinear(writer, normed, module, form), shape);
    const normHeads = (name: string, value: string) =>
      config.queryKeyNorm ? norm(value, `${path}.self_attn.${name}`) : value;
    const context = addAttention(writer, config, {
      layer,
      queries: rotate(normHeads("q_norm", headsOf(q, split))),
      keys: rotate(normHeads("k_norm", headsOf(k, splitKeys))),
      values: headsOf(v, splitKeys),
      mask: masks.get(config.windows[layer] ?? null) ?? "",
      scale: headSize ** -0.5,
    });
    x = writer.add("Add", [x, addLinear(writer, context, o, form)]);
    const inner = norm(x, `${path}.post_attention_layernorm`);
    const gated = addActivation(writer, addLinear(writer, inner, gate, form), config.activation);
    const product = writer.add("Mul", [gated, addLinear(writer, inner, up, form)]);
    x = writer.add("Add", [x, addLinear(writer, product, down, form)]);
  }
  writer.output(part.norms ? norm(x, "model.norm") : x, "hidden", ["tokens", hiddenSize]);
  return writer.graph(config.architecture);
}
