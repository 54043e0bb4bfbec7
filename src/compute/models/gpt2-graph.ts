import type { Gpt2Config, ModelFiles } from "../../model/language-model.js";
import { layerPath, linearModules, type LinearModule } from "../../model/model-tensors.js";
import type { Graph } from "../onnx/onnx-model.js";
import { addActivation } from "./activation.js";
import { addAttention, addHeads, splitShape } from "./attention.js";
import { graphWriter } from "./graph-writer.js";
import { addLinear, type AdapterForm } from "./linear.js";

/**
 * Returns the graph of GPT-2 up to the last layer norm (Radford et al. 2019; transformers' modeling_gpt2.py).
 *
 * Inputs: `tokens` and `positions` [batch, sequence] int64; `mask` [batch, 1, sequence, total]; per layer the cache (see
 * `cacheNames`); per linear layer the adapter (see `addLinear`); the tensors of `inputTensors`.
 * Outputs: `hidden` [batch * sequence, hidden size], and per layer the extended cache.
 */
export function gpt2Graph(
  config: Gpt2Config,
  files: ModelFiles,
  form: AdapterForm,
  inputTensors: ReadonlySet<string>,
): Graph {
  const { hiddenSize, heads, headSize, normEpsilon } = config;
  const writer = graphWriter(files, inputTensors);
  const tokens = writer.input("tokens", "int64", ["batch", "sequence"]);
  const positions = writer.input("positions", "int64", ["batch", "sequence"]);
  const mask = writer.input("mask", "float32", ["batch", 1, "sequence", "total"]);
  const split = splitShape(writer, tokens, heads, headSize);
  const norm = (x: string, name: string) =>
    writer.add("LayerNormalization", [x, writer.weight(`${name}.weight`), writer.weight(`${name}.bias`)], {
      attributes: { axis: -1, epsilon: { float: normEpsilon } },
    });
  const embedded = writer.add("Add", [
    writer.add("Gather", [writer.weight("transformer.wte.weight"), tokens]),
    writer.add("Gather", [writer.weight("transformer.wpe.weight"), positions]),
  ]);
  let x = writer.add("Reshape", [embedded, writer.integers([-1, hiddenSize])]);
  for (let layer = 0; layer < config.layers; layer++) {
    const path = layerPath(config, layer);
    const [fused, output, up, down] = linearModules(config, layer) as [
      LinearModule,
      LinearModule,
      LinearModule,
      LinearModule,
    ];
    const projected = addLinear(writer, norm(x, `${path}.ln_1`), fused, form);
    const [queries, keys, values] = writer
      .addMany("Split", [projected], 3, { attributes: { axis: 1, num_outputs: 3 } })
      .map((part) => addHeads(writer, part, split)) as [string, string, string];
    const scale = (config.scalesScores ? headSize ** -0.5 : 1) / (config.scalesByLayer ? layer + 1 : 1);
    const context = addAttention(writer, config, { layer, queries, keys, values, mask, scale });
    x = writer.add("Add", [x, addLinear(writer, context, output, form)]);
    const hidden = addLinear(writer, norm(x, `${path}.ln_2`), up, form);
    x = writer.add("Add", [x, addLinear(writer, addActivation(writer, hidden, config.activation), down, form)]);
  }
  writer.output(norm(x, "transformer.ln_f"), "hidden", ["tokens", hiddenSize]);
  return writer.graph("gpt2");
}
