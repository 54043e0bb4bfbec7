import { failure } from "../../errors.js";
import { largest } from "../../model/extremes.js";
import type { ModelConfig, ModelFiles } from "../../model/language-model.js";
import { embeddingTensor, headTensor, layerPath } from "../../model/model-tensors.js";

/** Bytes of a float32. */
const FLOAT = 4;
/** Bytes of a page of memory: the least that is read of a mapped file. */
const PAGE = 4096;
/** Bytes of weights that a model reads at once beside a layer: of the file, and of the output matrix. */
const READ_BYTES = 16 * 2 ** 20;
export const SLICE_BYTES = 128 * 2 ** 20;

/**
 * How a model's weights are held.
 *
 * - PACKED: all in memory, and those of products in a second layout, which is read faster.
 * - HELD: all in memory: float32 mapped from the files, other types converted.
 * - STREAMED: one layer at a time, read again by each run.
 */
export type WeightHolding = "PACKED" | "HELD" | "STREAMED";

/** Maximum memory of one run. */
export interface RunSize {
  /** Places of all sequences of a chunk. */
  readonly tokens: number;
  /** Places of all sequences with the cached ones. */
  readonly cachedTokens: number;
  /** Places of the longest sequence with the cached ones. */
  readonly total: number;
}

interface HeldModel {
  readonly config: ModelConfig;
  readonly files: ModelFiles;
  readonly holding: WeightHolding;
}

/** Places of one run of the layers: their values take some kilobytes each, and products of 512 rows run at full speed. */
export const CHUNK_TOKENS = 512;
/** Bytes of the logits of one run of the output matrix. */
export const HEAD_BYTES = 64 * 2 ** 20;

/**
 * Bounds the bytes of a model's weights in memory, mapped files included. `replacedBytes` are those of float32 weights that replace
 * the files', which are held whatever the holding.
 */
export function weightBytes(
  { config, files, holding, replacedBytes = 0 }: HeldModel & { readonly replacedBytes?: number },
  tokens: number,
): number {
  const embedding = embeddingTensor(config);
  const head = headTensor(config, files);
  let all = 0;
  let converted = 0;
  const layers = Array<number>(config.layers).fill(0);
  for (const [name, { dtype, shape, length }] of files.tensors) {
    const bytes = shape.reduce((product, size) => product * size, FLOAT);
    const layer = layers.findIndex((_, i) => name.startsWith(`${layerPath(config, i)}.`));
    if (layer >= 0) layers[layer] = (layers[layer] ?? 0) + bytes;
    all += length;
    // The rows of the embeddings that are needed are converted, not the matrix, unless it is the output matrix too.
    if (dtype !== "F32" && (name !== embedding || name === head)) converted += bytes;
  }
  if (holding !== "STREAMED") return replacedBytes + all + converted + (holding === "PACKED" ? packedBytes(files) : 0);
  const rows = Math.min(files.tensors.get(embedding)?.length ?? 0, tokens * (config.hiddenSize * FLOAT + 2 * PAGE));
  return replacedBytes + largest(layers) + rows + READ_BYTES + SLICE_BYTES;
}

/** Bytes of the second layout of float32 matrices; those of converted ones replace the first. */
function packedBytes({ tensors }: ModelFiles): number {
  let bytes = 0;
  for (const { dtype, shape, length } of tensors.values()) if (shape.length > 1 && dtype === "F32") bytes += length;
  return bytes;
}

/**
 * Bounds the bytes of one run: the values that live at once in a layer, the scores twice (before and after the softmax), the
 * cache twice (before and after a chunk), and the logits of a chunk of the head, of which up to three copies live at once.
 */
export function runBytes(config: ModelConfig, size: RunSize, headBytes: number): number {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize, layers } = config;
  const perToken = 4 * hiddenSize + 3 * intermediateSize + 3 * (heads + 2 * keyValueHeads) * headSize;
  const activations = FLOAT * size.tokens * (perToken + 2 * heads * size.total);
  const cache = 2 * FLOAT * 2 * layers * keyValueHeads * headSize * size.cachedTokens;
  return activations + cache + 3 * headBytes;
}

interface PlannedModel extends Omit<HeldModel, "holding"> {
  readonly replacedBytes: number;
  readonly chunkTokens?: number | undefined;
  readonly headBytes?: number | undefined;
}

/** Bounds the bytes of a model that is held in a way, with a run of its longest sequence in chunks. */
export function bytesToHold(model: PlannedModel, holding: WeightHolding): number {
  const { config, chunkTokens = CHUNK_TOKENS, headBytes = HEAD_BYTES } = model;
  const longest = { tokens: chunkTokens, cachedTokens: config.positions, total: config.positions };
  return weightBytes({ ...model, holding }, 0) + runBytes(config, longest, headBytes);
}

/** Returns the fastest way to hold a model in `maxBytes`; STREAMED if none fits. */
export function chooseHolding(model: PlannedModel, maxBytes: number): WeightHolding {
  const fits = (holding: WeightHolding) => bytesToHold(model, holding) <= maxBytes;
  return (["PACKED", "HELD"] as const).find(fits) ?? "STREAMED";
}

/** @throws MODEL_TOO_LARGE if the model needs more than `maxBytes` */
export function requireMemory(needed: number, maxBytes: number, where: string): void {
  if (needed <= maxBytes) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MB`;
  throw failure("MODEL_TOO_LARGE", { where, received: megabytes(needed), allowed: megabytes(maxBytes) });
}
