import type { Tokens } from "../models/language-model-types.js";

/** The tokens of a sequence that are scored, with the hidden states that predict them. */
export interface ScoredRows {
  /** [rows, hidden size]: the state before each scored token. */
  readonly hidden: Float32Array;
  readonly targets: Int32Array;
}

/**
 * Gathers the hidden states that predict the scored tokens, so that the output matrix runs for those only.
 *
 * @param hidden [tokens, hidden size]
 * @param scored one entry per token; that of the first token is 0
 */
export function scoredRows(tokens: Tokens, scored: Uint8Array, hidden: Float32Array, hiddenSize: number): ScoredRows {
  const positions = Array.from(scored.keys()).filter((position) => scored[position] === 1);
  const rows = new Float32Array(positions.length * hiddenSize);
  positions.forEach((position, row) => {
    rows.set(hidden.subarray((position - 1) * hiddenSize, position * hiddenSize), row * hiddenSize);
  });
  return { hidden: rows, targets: Int32Array.from(positions, (position) => tokens[position] ?? 0) };
}
