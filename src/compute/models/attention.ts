import type { ModelConfig } from "../../model/language-model.js";
import type { GraphWriter } from "./graph-writer.js";

/** Names of the cache's inputs and outputs: keys and values [batch, key-value heads, tokens, head size] of one layer. */
export const cacheNames = (layer: number) => ({
  pastKeys: `past.${layer}.keys`,
  pastValues: `past.${layer}.values`,
  keys: `present.${layer}.keys`,
  values: `present.${layer}.values`,
});

/** Whether an output of a graph is part of the cache. */
export function isCacheOutput(name: string): boolean {
  return name.startsWith("present.");
}

interface AttentionInputs {
  readonly layer: number;
  /** [batch, heads, query tokens, head size] */
  readonly queries: string;
  /** [batch, key-value heads, query tokens, head size], of the new tokens */
  readonly keys: string;
  readonly values: string;
  /** [batch, 1, query tokens, all tokens]: 0, or a low number where a query does not attend. */
  readonly mask: string;
  /** Factor of the scores. */
  readonly scale: number;
}

/** Reshapes [tokens, heads * headSize] to [batch, heads, tokens of a sequence, headSize]. `split` is that of `splitShape`. */
export function addHeads(writer: GraphWriter, x: string, split: string): string {
  return writer.add("Transpose", [writer.add("Reshape", [x, split])], { attributes: { perm: [0, 2, 1, 3] } });
}

/** Returns the shape [batch, tokens of a sequence, heads, headSize]; `tokens` is [batch, tokens of a sequence]. */
export function splitShape(writer: GraphWriter, tokens: string, heads: number, headSize: number): string {
  const shape = writer.add("Shape", [tokens]);
  return writer.add("Concat", [shape, writer.integers([heads, headSize])], { attributes: { axis: 0 } });
}

/**
 * Adds scaled dot-product attention over the cached and the new tokens, and the cache's inputs and outputs. Query heads of a
 * group share one head of keys and values (Ainslie et al. 2023, arXiv 2305.13245). The mask is an input, so padding, windows
 * and chunks need no further operators.
 *
 * @returns [tokens, heads * head size]
 */
export function addAttention(writer: GraphWriter, config: ModelConfig, inputs: AttentionInputs): string {
  const { heads, keyValueHeads, headSize } = config;
  const { layer, mask, scale } = inputs;
  const names = cacheNames(layer);
  const cached = (input: string, output: string, fresh: string) => {
    const past = writer.input(input, writer.precision, ["batch", keyValueHeads, "past", headSize]);
    const all = writer.add("Concat", [past, fresh], { attributes: { axis: 2 } });
    writer.output(all, output, ["batch", keyValueHeads, "total", headSize], "kept");
    return all;
  };
  const keys = cached(names.pastKeys, names.keys, inputs.keys);
  const values = cached(names.pastValues, names.values, inputs.values);
  // A reshape's 0 keeps a dimension and its -1 is inferred: a group's query heads become rows of one product.
  const grouped = writer.integers([0, keyValueHeads, -1, headSize]);
  const queries = writer.add("Mul", [writer.add("Reshape", [inputs.queries, grouped]), writer.scalar(scale)]);
  const transposed = writer.add("Transpose", [keys], { attributes: { perm: [0, 1, 3, 2] } });
  const scores = writer.add("MatMul", [queries, transposed]);
  const byHead = writer.add("Reshape", [scores, writer.integers([0, heads, -1, 0])]);
  // Without allowzero, a 0 refers to the input's dimension at the same place: 3 is the number of all tokens.
  const masked = writer.add("Add", [byHead, mask]);
  const probabilities = writer.add("Softmax", [masked], { attributes: { axis: -1 } });
  const byGroup = writer.add("Reshape", [probabilities, writer.integers([0, keyValueHeads, -1, 0])]);
  const context = writer.add("MatMul", [byGroup, values]);
  const contextByHead = writer.add("Reshape", [context, writer.integers([0, heads, -1, headSize])]);
  const byToken = writer.add("Transpose", [contextByHead], { attributes: { perm: [0, 2, 1, 3] } });
  return writer.add("Reshape", [byToken, writer.integers([-1, heads * headSize])]);
}
