import { Tensor } from "onnxruntime-node";
import { integerTensor } from "../onnx/stack-factors.js";

/** Marks a place without a token: shorter sequences of a batch are padded at their end. */
const PADDING = -1;

/** Tokens that one run of a graph takes: the same number of places of each sequence. */
export interface TokenChunk {
  readonly batch: number;
  readonly sequence: number;
  /** [batch, sequence], row-major; 0 at padding. */
  readonly tokens: Int32Array;
  /** Position of each token in its own sequence; PADDING at padding. */
  readonly positions: Int32Array;
}

/**
 * Returns the chunk of the tokens from `start` on of each sequence, at most `length` of each, padded to the longest.
 *
 * @param firstPositions position of each sequence's token 0: the number of its tokens in the cache
 */
export function tokenChunk(
  sequences: readonly ArrayLike<number>[],
  start: number,
  length: number,
  firstPositions?: readonly number[],
): TokenChunk {
  const batch = sequences.length;
  const longest = sequences.reduce((maximum, tokens) => Math.max(maximum, tokens.length), 0);
  const sequence = Math.min(length, longest - start);
  const tokens = new Int32Array(batch * sequence);
  const positions = new Int32Array(batch * sequence).fill(PADDING);
  sequences.forEach((all, item) => {
    const end = Math.min(all.length, start + sequence);
    for (let at = start; at < end; at++) {
      tokens[item * sequence + at - start] = all[at] ?? 0;
      positions[item * sequence + at - start] = (firstPositions?.[item] ?? 0) + at;
    }
  });
  return { batch, sequence, tokens, positions };
}

/** Positions of the cached places of each sequence, [batch][places]; PADDING at padding. */
export type CachedPositions = readonly Int32Array[];

/** Returns the cached positions after the chunk ran. */
export function extendPositions(cached: CachedPositions, chunk: TokenChunk): Int32Array[] {
  return Array.from({ length: chunk.batch }, (_, item) => {
    const past = cached[item] ?? new Int32Array();
    const all = new Int32Array(past.length + chunk.sequence);
    all.set(past);
    all.set(chunk.positions.subarray(item * chunk.sequence, (item + 1) * chunk.sequence), past.length);
    return all;
  });
}

interface MaskOptions {
  /** Tokens to which a token attends at most, itself included; null for all before it. */
  readonly window: number | null;
  /** Added to the scores of other places. */
  readonly masked: number;
}

/**
 * Returns the mask [batch, 1, sequence, total]: a token attends to tokens of its sequence that are not after it and, with a
 * window, less than `window` before it.
 *
 * @param all positions of the cached and the chunk's places, as `extendPositions` returns them
 */
export function attentionMask(chunk: TokenChunk, all: CachedPositions, { window, masked }: MaskOptions): Tensor {
  const { batch, sequence, positions } = chunk;
  const total = all[0]?.length ?? 0;
  const mask = new Float32Array(batch * sequence * total).fill(masked);
  for (let item = 0; item < batch; item++) {
    const keys = all[item] ?? new Int32Array();
    for (let row = 0; row < sequence; row++) {
      const query = positions[item * sequence + row] ?? PADDING;
      const offset = (item * sequence + row) * total;
      const first = window === null ? 0 : query - window + 1;
      for (let key = 0; key < total; key++) {
        const position = keys[key] ?? PADDING;
        if (position !== PADDING && position <= query && position >= first) mask[offset + key] = 0;
      }
    }
  }
  return new Tensor("float32", mask, [batch, 1, sequence, total]);
}

/** Returns [batch, sequence] int64 of non-negative values; padding becomes 0. */
export function integerGrid({ batch, sequence }: TokenChunk, values: ArrayLike<number>): Tensor {
  return integerTensor(Array.from(values, (value) => Math.max(0, value))).reshape([batch, sequence]);
}

/** Groups sequences of similar length so that a padded group has at most `maxTokens` places; returns their indices. */
export function groupByLength(sequences: readonly ArrayLike<number>[], maxTokens: number): number[][] {
  const order = sequences.map((_, i) => i).sort((one, other) => lengthOf(sequences, one) - lengthOf(sequences, other));
  const groups: number[][] = [];
  for (const index of order) {
    const group = groups.at(-1);
    if (group !== undefined && (group.length + 1) * lengthOf(sequences, index) <= maxTokens) group.push(index);
    else groups.push([index]);
  }
  return groups;
}

function lengthOf(sequences: readonly ArrayLike<number>[], index: number): number {
  return sequences[index]?.length ?? 0;
}
