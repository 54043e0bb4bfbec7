import type { ModelConfig, ModelFiles } from "../../model/language-model.js";
import { headTensor } from "../../model/model-tensors.js";
import type { Graph } from "../onnx/onnx-model.js";
import { graphWriter, type GraphWriter, type ModelPrecision } from "./graph-writer.js";

/** Returns the graph of the logits [tokens, vocabulary] of `hidden` [tokens, hidden size]. */
export function logitsGraph(config: ModelConfig, files: ModelFiles, precision: ModelPrecision): Graph {
  const writer = graphWriter(files, new Set(), precision);
  const hidden = writer.floatInput("hidden", ["tokens", config.hiddenSize]);
  const weight = writer.weight(headTensor(config, files));
  const logits = writer.add("Gemm", [hidden, weight], { attributes: { transB: 1 } });
  writer.output(logits, "logits", ["tokens", config.vocabularySize]);
  return writer.graph("logits");
}

/**
 * Returns the graph of the product [tokens, rows] of `hidden` [tokens, hidden size] with some rows of the output matrix, `weight`
 * [rows, hidden size].
 */
export function partialLogitsGraph({ hiddenSize }: ModelConfig, files: ModelFiles): Graph {
  const writer = graphWriter(files, new Set());
  const hidden = writer.floatInput("hidden", ["tokens", hiddenSize]);
  const weight = writer.floatInput("weight", ["rows", hiddenSize]);
  const logits = writer.add("Gemm", [hidden, weight], { attributes: { transB: 1 } });
  writer.output(logits, "logits", ["tokens", "rows"]);
  return writer.graph("partial-logits");
}

/** Returns the graph of the negative log-likelihoods `losses` [tokens, 1], in nats, of `targets` [tokens, 1] int64 by `logits`. */
export function lossOfLogitsGraph(config: ModelConfig, files: ModelFiles): Graph {
  const writer = graphWriter(files, new Set());
  addLosses(writer, writer.floatInput("logits", ["tokens", config.vocabularySize]));
  return writer.graph("losses-of-logits");
}

/** Returns the graph of the negative log-likelihoods `losses` of `targets` after `hidden` [tokens, hidden size]. */
export function lossGraph(config: ModelConfig, files: ModelFiles, precision: ModelPrecision): Graph {
  const writer = graphWriter(files, new Set(), precision);
  const hidden = writer.floatInput("hidden", ["tokens", config.hiddenSize]);
  const weight = writer.weight(headTensor(config, files));
  addLosses(writer, writer.float32(writer.add("Gemm", [hidden, weight], { attributes: { transB: 1 } })));
  return writer.graph("losses");
}

/** @param logits in float32: float16 cannot hold the sum of the exponentials of a large vocabulary */
function addLosses(writer: GraphWriter, logits: string): void {
  const targets = writer.input("targets", "int64", ["tokens", 1]);
  const target = writer.add("GatherElements", [logits, targets], { attributes: { axis: 1 } });
  const total = writer.add("ReduceLogSumExp", [logits, writer.integers([1])]);
  writer.float32Output(writer.add("Sub", [total, target]), "losses", ["tokens", 1]);
}
