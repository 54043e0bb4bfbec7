import type { PredictionColumns } from "../../model/predictions.js";
import { meanOf } from "../statistics/sample.js";

/** Equal token ids of two runs. */
export interface TokenMatch {
  /**
   * Mean over the items of the share of positions with equal ids, of the positions that both answers have. Null without token ids.
   */
  readonly share: number | null;
  /** Items that have token ids in both runs. */
  readonly n: number;
  /** Why there is no share. */
  readonly reason: string | null;
}

/**
 * Returns the match of the token ids of joined items. Texts are never split into tokens here: without the model's tokenizer, that
 * would be another measure.
 *
 * @param pairs positions of each item in both sets
 */
export function tokenMatch(
  baseline: PredictionColumns,
  candidate: PredictionColumns,
  pairs: readonly (readonly [number, number])[],
): TokenMatch {
  const [left, right] = [tokensOf(baseline), tokensOf(candidate)];
  if (left === undefined || right === undefined) {
    const role = left === undefined ? "baseline" : "candidate";
    const reason = `The file of the ${role} has no token ids, and texts are not split into tokens here. See textMatch.`;
    return { share: null, n: 0, reason };
  }
  const shares = pairs.flatMap(([i, j]) => {
    const [one, other] = [left(i), right(j)];
    const length = Math.min(one.length, other.length);
    if (length === 0) return [];
    let equal = 0;
    for (let at = 0; at < length; at++) if (one[at] === other[at]) equal += 1;
    return [equal / length];
  });
  if (shares.length === 0) return { share: null, n: 0, reason: "No joined item has token ids in both runs." };
  return { share: meanOf(shares), n: shares.length, reason: null };
}

/** Returns a function that reads the token ids of an item; undefined without token ids. */
function tokensOf({ tokenCounts, tokens, n }: PredictionColumns): ((position: number) => Int32Array) | undefined {
  if (tokenCounts === null || tokens === null) return undefined;
  const counts = integersOf(tokenCounts);
  const ids = integersOf(tokens);
  const starts = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) starts[i + 1] = (starts[i] ?? 0) + (counts[i] ?? 0);
  return (position) => ids.subarray(starts[position], starts[position + 1]);
}

function integersOf(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getInt32(4 * i, true));
}
