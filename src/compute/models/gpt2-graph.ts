import type { Gpt2Config } from "../../model/language-model.js";
import { layerPath, linearModules, type LinearModule } from "../../model/model-tensors.js";
import type { Graph } from "../onnx/onnx-model.js";
import { addActivation } from "./activation.js";
import { addAttention, addHeads, splitShape } from "./attention.js";
import { graphWriter } from "./graph-writer.js";
import { addLinear } from "./linear.js";
import type { PartOptions } from "./model-part.js";

/**
 * Returns the graph of a part of GPT-2 up to the last layer norm (Radford et al. 2019; transformers' modeling_gpt2.py).
 *
 * Inputs: `tokens` [batch, sequence] int64; with the embeddings `positions` [batch, sequence] int64, else `states`; with layers
 * `mask` [batch, 1, sequence, total]; per layer the cache (see `cacheNames`); per linear layer the adapter (see `addLinear`); the
 * tensors of `inputTensors`. Outputs: `hidden` [batch * sequence, hidden size], and per layer the extended cache.
 */
export function gpt2Graph(config: Gpt2Config, options: PartOptions): Graph {
  const { hiddenSize, heads, headSize, normEpsilon } = config;
  const { files, form, inputTensors, precision, part } = options;
  const writer = graphWriter(files, inputTensors, precision);
  const tokens = writer.input("tokens", "int64", ["batch", "sequence"]);
  const norm = (x: string, name: string) =>
    writer.add("LayerNormalization", [x, writer.weight(`${name}.weight`), writer.weight(`${name}.bias`)], {
      attributes: { axis: -1, epsilon: { float: normEpsilon } },
    });
  function embedded(): string {
    const positions = writer.input("positions", "int64", ["batch", "sequence"]);
    const sum = writer.add("Add", [
      writer.rowsOf("transformer.wte.weight", tokens),
      writer.rowsOf("transformer.wpe.weight", positions),
    ]);
    return writer.add("Reshape", [sum, writer.integers([-1, hiddenSize])]);
  }
  let x = part.embeds ? embedded() : writer.floatInput("states", ["tokens", hiddenSize]);
  const mask = part.layers.length > 0 ? writer.floatInput("mask", ["batch", 1, "sequence", "total"]) : "";
  const split = part.layers.length > 0 ? splitShape(writer, tokens, heads, headSize) : "";
  for (const layer of part.layers) {
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
      .map((third) => addHeads(writer, third, split)) as [string, string, string];
    const scale = (config.scalesScores ? headSize ** -0.5 : 1) / (config.scalesByLayer ? layer + 1 : 1);
    const context = addAttention(writer, config, { layer, queries, keys, values, mask, scale });
    x = writer.add("Add", [x, addLinear(writer, context, output, form)]);
    const hidden = addLinear(writer, norm(x, `${path}.ln_2`), up, form);
    x = writer.add("Add", [x, addLinear(writer, addActivation(writer, hidden, config.activation), down, form)]);
  }
  writer.output(part.norms ? norm(x, "transformer.ln_f") : x, "hidden", ["tokens", hiddenSize]);
  return writer.graph("gpt2");
}
