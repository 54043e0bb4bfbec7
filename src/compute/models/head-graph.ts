import type { ModelConfig, ModelFiles } from "../../model/language-model.js";
import { headTensor } from "../../model/model-tensors.js";
import type { Graph } from "../onnx/onnx-model.js";
import { graphWriter } from "./graph-writer.js";

/** Adds the output matrix. Returns the writer and the logits [tokens, vocabulary]. */
function addLogits(config: ModelConfig, files: ModelFiles) {
  const writer = graphWriter(files, new Set());
  const hidden = writer.input("hidden", "float32", ["tokens", config.hiddenSize]);
  const weight = writer.weight(headTensor(config, files));
  return { writer, logits: writer.add("Gemm", [hidden, weight], { attributes: { transB: 1 } }) };
}

/** Returns the graph of the logits [tokens, vocabulary] of `hidden` [tokens, hidden size]. */
export function logitsGraph(config: ModelConfig, files: ModelFiles): Graph {
  const { writer, logits } = addLogits(config, files);
  writer.output(logits, "logits", ["tokens", config.vocabularySize]);
  return writer.graph("logits");
}

/**
 * Returns the graph of the negative log-likelihoods `losses` [tokens, 1], in nats, of `targets` [tokens, 1] int64 after
 * `hidden` [tokens, hidden size].
 */
export function lossGraph(config: ModelConfig, files: ModelFiles): Graph {
  const { writer, logits } = addLogits(config, files);
  const targets = writer.input("targets", "int64", ["tokens", 1]);
  const target = writer.add("GatherElements", [logits, targets], { attributes: { axis: 1 } });
  const total = writer.add("ReduceLogSumExp", [logits, writer.integers([1])]);
  writer.output(writer.add("Sub", [total, target]), "losses", ["tokens", 1]);
  return writer.graph("losses");
}
