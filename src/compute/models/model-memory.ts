import { failure } from "../../errors.js";
import type { ModelConfig, ModelFiles } from "../../model/language-model.js";
import { headTensor } from "../../model/model-tensors.js";

/** Bytes of a float32. */
const FLOAT = 4;

/** Maximum memory of one run. */
export interface RunSize {
  /** Places of all sequences of a chunk. */
  readonly tokens: number;
  /** Places of all sequences with the cached ones. */
  readonly cachedTokens: number;
  /** Places of the longest sequence with the cached ones. */
  readonly total: number;
}

/**
 * Estimates the bytes that a model needs: its weights in float32, the values that live at once in a layer, the scores twice
 * (before and after the softmax), the cache twice (before and after a chunk), and the logits of a chunk of the head, of which
 * up to three copies live at once.
 */
export function modelBytes(config: ModelConfig, files: ModelFiles, size: RunSize, headBytes: number): number {
  const bytesOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, FLOAT);
  let weights = 0;
  for (const { shape } of files.tensors.values()) weights += bytesOf(shape);
  // The two graphs of the head hold a copy of the output matrix each, unless they map it in float32 from its file.
  const head = files.tensors.get(headTensor(config, files));
  if (head !== undefined && head.dtype !== "F32") weights += 2 * bytesOf(head.shape);
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize, layers } = config;
  const perToken = 4 * hiddenSize + 3 * intermediateSize + 3 * (heads + 2 * keyValueHeads) * headSize;
  const activations = FLOAT * size.tokens * (perToken + 2 * heads * size.total);
  const cache = 2 * FLOAT * 2 * layers * keyValueHeads * headSize * size.cachedTokens;
  return weights + activations + cache + 3 * headBytes;
}

/** @throws MODEL_TOO_LARGE if the model needs more than `maxBytes` */
export function requireMemory(needed: number, maxBytes: number, where: string): void {
  if (needed <= maxBytes) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MB`;
  throw failure("MODEL_TOO_LARGE", { where, received: megabytes(needed), allowed: megabytes(maxBytes) });
}
