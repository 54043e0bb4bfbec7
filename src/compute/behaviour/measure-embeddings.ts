import type { EncodedItem } from "../../model/evaluation-items.js";
import {
  concatenate,
  requirePositions,
  runOptions,
  type Measured,
  type MeasureOptions,
  type ModelRun,
} from "./model-run.js";
import { emptyPositions, sequenceBatches } from "./sequence-batches.js";

export interface EmbeddingOptions extends MeasureOptions {
  /**
   * Tokens that the model wrote after each prompt, in the order of the items. With them, the states at these tokens are averaged
   * instead of those at the prompt's.
   */
  readonly outputs?: readonly Int32Array[] | undefined;
}

/**
 * Yields the mean of the hidden states at the tokens of each prompt, batch by batch. The states are those after the last layer and
 * the last norm, hidden_states[-1] of transformers, and every token of the prompt has the same weight. The vector is empty if
 * there are no tokens.
 *
 * @throws TOKENS_INVALID, MODEL_TOO_LARGE, and the signal's reason if it is aborted
 */
export async function* measureEmbeddings(
  run: ModelRun,
  items: readonly EncodedItem[],
  options: EmbeddingOptions = {},
): AsyncGenerator<Measured<"EMBEDDING">> {
  const { model } = run;
  const starts = items.map(({ prompt }) => (options.outputs === undefined ? 0 : prompt.length));
  const sequences = items.map((item, position) => {
    const tokens = concatenate(item.prompt, options.outputs?.[position] ?? []);
    requirePositions(item, tokens, model);
    return tokens.length > (starts[position] ?? 0) ? tokens : new Int32Array();
  });
  for (const position of emptyPositions(sequences)) yield { position, vector: new Float32Array() };
  for (const { positions, sequences: batch } of sequenceBatches(sequences, options)) {
    const states = await model.hiddenStates(batch, runOptions(run, options));
    for (const [i, position] of positions.entries()) {
      const vector = meanOfRows(states[i] as Float32Array, starts[position] ?? 0, model.config.hiddenSize);
      yield { position, vector };
    }
  }
}

/** Returns the mean of the rows from `first` on of [rows, size], accumulated in float64. */
function meanOfRows(values: Float32Array, first: number, size: number): Float32Array {
  const sums = new Float64Array(size);
  for (let i = first * size; i < values.length; i++) sums[i % size] = (sums[i % size] ?? 0) + (values[i] ?? 0);
  return Float32Array.from(sums, (sum) => sum / (values.length / size - first));
}
