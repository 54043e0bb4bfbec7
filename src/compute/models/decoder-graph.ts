import type { DecoderConfig, ModelFiles } from "../../model/language-model.js";
import { layerPath, linearModules, type LinearModule } from "../../model/model-tensors.js";
import type { Graph } from "../onnx/onnx-model.js";
import { addActivation } from "./activation.js";
import { addAttention, addHeads, splitShape } from "./attention.js";
import { graphWriter, MICROSOFT } from "./graph-writer.js";
import { addLinear, type AdapterForm } from "./linear.js";

/** The name of the mask of layers with this window; null for a layer that attends to all tokens before it. */
export function maskName(window: number | null): string {
  return window === null ? "mask" : `mask.${window}`;
}

/**
 * Returns the graph of a model of the Llama family up to the last norm (Touvron et al. 2023, arXiv 2302.13971; transformers'
 * modeling_llama.py, modeling_mistral.py, modeling_qwen2.py and modeling_qwen3.py). They differ by the configuration only.
 *
 * Inputs: `tokens` [batch, sequence] int64; `cos` and `sin` [rows, head size / 2] of positions, and `rows` [batch, sequence]
 * int64, the row of each token's position; a mask [batch, 1, sequence, total] for each window (see `maskName`); per layer the
 * cache (see `cacheNames`); per linear layer the adapter (see `addLinear`); the tensors of `inputTensors`.
 * Outputs: `hidden` [batch * sequence, hidden size], and per layer the extended cache.
 */
export function decoderGraph(
  config: DecoderConfig,
  files: ModelFiles,
  form: AdapterForm,
  inputTensors: ReadonlySet<string>,
): Graph {
  const { hiddenSize, heads, keyValueHeads, headSize, normEpsilon } = config;
  const writer = graphWriter(files, inputTensors);
  const tokens = writer.input("tokens", "int64", ["batch", "sequence"]);
  const rows = writer.input("rows", "int64", ["batch", "sequence"]);
  const cos = writer.input("cos", "float32", ["rows", headSize / 2]);
  const sin = writer.input("sin", "float32", ["rows", headSize / 2]);
  for (const window of new Set(config.windows)) {
    writer.input(maskName(window), "float32", ["batch", 1, "sequence", "total"]);
  }
  const split = splitShape(writer, tokens, heads, headSize);
  const splitKeys = splitShape(writer, tokens, keyValueHeads, headSize);
  // ONNX Runtime registers this RMS norm in ONNX's own domain; RMSNormalization needs opset 23.
  const norm = (x: string, name: string) =>
    writer.add("SimplifiedLayerNormalization", [x, writer.weight(`${name}.weight`)], {
      attributes: { axis: -1, epsilon: { float: normEpsilon } },
    });
  const rotate = (x: string) => writer.add("RotaryEmbedding", [x, rows, cos, sin], { domain: MICROSOFT });
  const embedded = writer.add("Gather", [writer.weight("model.embed_tokens.weight"), tokens]);
  let x = writer.add("Reshape", [embedded, writer.integers([-1, hiddenSize])]);
  config.windows.forEach((window, layer) => {
    const path = layerPath(config, layer);
    const [q, k, v, o, gate, up, down] = linearModules(config, layer) as [
      LinearModule,
      LinearModule,
      LinearModule,
      LinearModule,
      LinearModule,
      LinearModule,
      LinearModule,
    ];
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
      mask: maskName(window),
      scale: headSize ** -0.5,
    });
    x = writer.add("Add", [x, addLinear(writer, context, o, form)]);
    const inner = norm(x, `${path}.post_attention_layernorm`);
    const gated = addActivation(writer, addLinear(writer, inner, gate, form), config.activation);
    const product = writer.add("Mul", [gated, addLinear(writer, inner, up, form)]);
    x = writer.add("Add", [x, addLinear(writer, product, down, form)]);
  });
  writer.output(norm(x, "model.norm"), "hidden", ["tokens", hiddenSize]);
  return writer.graph(config.architecture);
}
