import type { EncodedItem } from "../../model/evaluation-items.js";
import { groupByLength } from "../models/token-batch.js";
import {
  BATCH_TOKENS,
  requirePositions,
  runOptions,
  type Measured,
  type MeasureOptions,
  type ModelRun,
} from "./model-run.js";
import { scoredRows } from "./scored-rows.js";

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
  const sequences = items.map(({ ids, scoredTokens }) => (scoredTokens > 0 ? ids : new Int32Array()));
  for (const group of groupByLength(sequences, options.batchTokens ?? BATCH_TOKENS)) {
    const positions = group.filter((position) => (sequences[position]?.length ?? 0) > 0);
    for (const position of group) if (!positions.includes(position)) yield { position, losses: new Float32Array() };
    if (positions.length === 0) continue;
    const batch = positions.map((position) => sequences[position] as Int32Array);
    const states = await model.hiddenStates(batch, runOptions(run, options));
    for (const [i, position] of positions.entries()) {
      const { ids, scored } = items[position] as EncodedItem;
      const rows = scoredRows(ids, scored, states[i] as Float32Array, model.config.hiddenSize);
      yield { position, losses: await model.lossesAfter(rows.hidden, rows.targets, options) };
    }
  }
}
