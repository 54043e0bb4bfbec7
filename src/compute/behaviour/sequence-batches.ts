import type { EncodedItem } from "../../model/evaluation-items.js";
import { groupByLength } from "../models/token-batch.js";
import { BATCH_TOKENS, type MeasureOptions } from "./model-run.js";

/** Sequences that run together. */
interface SequenceBatch {
  /** Their indices in the list that they were taken from. */
  readonly positions: readonly number[];
  readonly sequences: readonly Int32Array[];
}

/** Returns batches of sequences of similar length, the shortest first. Empty sequences are in none. */
export function sequenceBatches(
  sequences: readonly Int32Array[],
  { batchTokens = BATCH_TOKENS }: MeasureOptions,
): SequenceBatch[] {
  const batches = groupByLength(sequences, batchTokens).map((group) => {
    const positions = group.filter((position) => (sequences[position]?.length ?? 0) > 0);
    return { positions, sequences: positions.map((position) => sequences[position] as Int32Array) };
  });
  return batches.filter(({ positions }) => positions.length > 0);
}

/** Returns the tokens of each item, none for an item without scored tokens. */
export function scoredSequences(items: readonly EncodedItem[]): Int32Array[] {
  return items.map(({ ids, scoredTokens }) => (scoredTokens > 0 ? ids : new Int32Array()));
}

/** Returns the indices of the empty sequences. */
export function emptyPositions(sequences: readonly Int32Array[]): number[] {
  return sequences.flatMap(({ length }, position) => (length === 0 ? [position] : []));
}
