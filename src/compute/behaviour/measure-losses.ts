import type { EncodedItem } from "../../model/evaluation-items.js";
import { requirePositions, runOptions, type Measured, type MeasureOptions, type ModelRun } from "./model-run.js";
import { scoredRows } from "./scored-rows.js";
import { emptyPositions, scoredSequences, sequenceBatches } from "./sequence-batches.js";

/**
 * Yields the negative log-likelihoods of the scored tokens of each item, batch by batch: short items first. An item without scored
 * tokens has none.
 *
 * @throws TOKENS_INVALID, MODEL_TOO_LARGE, and the signal's reason if it is aborted
 */
export async function* measureLosses(
  run: ModelRun,
  items: readonly EncodedItem[],
  options: MeasureOptions = {},
): AsyncGenerator<Measured<"LOSS">> {
  const { model } = run;
  items.forEach((item) => requirePositions(item, item.ids, model));
  const sequences = scoredSequences(items);
  for (const position of emptyPositions(sequences)) yield { position, losses: new Float32Array() };
  for (const { positions, sequences: batch } of sequenceBatches(sequences, options)) {
    const states = await model.hiddenStates(batch, runOptions(run, options));
    for (const [i, position] of positions.entries()) {
      const { ids, scored } = items[position] as EncodedItem;
      const rows = scoredRows(ids, scored, states[i] as Float32Array, model.config.hiddenSize);
      yield { position, losses: await model.lossesAfter(rows.hidden, rows.targets, options) };
    }
  }
}
