import type { EncodedItem } from "../../model/evaluation-items.js";
import type { LayerDivergence } from "../../model/layer-sensitivity.js";
import { divergenceSum } from "./compare-distributions.js";
import type { LayerSwap } from "./layer-swaps.js";
import { requirePositions, runOptions, type MeasureOptions, type ModelRun } from "./model-run.js";
import { scoredRows, type ScoredRows } from "./scored-rows.js";
import { scoredSequences, sequenceBatches } from "./sequence-batches.js";

/** Logits of the reference that are kept for all layers; beyond that, its output matrix runs again for each layer. */
const MAX_KEPT_BYTES = 256 * 2 ** 20;

/**
 * Yields KL(reference || swapped) at the scored tokens of the items for each swapped layer: L + 1 passes over the items. The
 * reference's hidden states at the scored tokens are in memory throughout, [tokens, hidden size] in float32.
 *
 * @throws TOKENS_INVALID, MODEL_TOO_LARGE, and the signal's reason if it is aborted
 */
export async function* measureLayerDivergences(
  reference: ModelRun,
  swaps: AsyncIterable<LayerSwap>,
  items: readonly EncodedItem[],
  options: MeasureOptions = {},
): AsyncGenerator<LayerDivergence> {
  const { model } = reference;
  items.forEach((item) => requirePositions(item, item.ids, model));
  const batches = sequenceBatches(scoredSequences(items), options);
  const tokens = Int32Array.from(items, ({ scoredTokens }) => scoredTokens);
  const total = tokens.reduce((sum, count) => sum + count, 0);
  const keepsLogits = total * model.config.vocabularySize * 4 <= MAX_KEPT_BYTES;
  const rows: ScoredRows[] = [];
  const kept = new Map<string, Float32Array>();
  for await (const { position, scored } of rowsOf(reference)) rows[position] = scored;
  for await (const { layer, run } of swaps) {
    const sums = new Float64Array(items.length);
    for await (const { position, scored } of rowsOf(run)) sums[position] = await sumOf(position, scored, run);
    yield { layer, sums, tokens };
  }

  async function* rowsOf(run: ModelRun): AsyncGenerator<{ readonly position: number; readonly scored: ScoredRows }> {
    for (const { positions, sequences } of batches) {
      const states = await model.hiddenStates(sequences, runOptions(run, options));
      for (const [i, position] of positions.entries()) {
        const { ids, scored } = items[position] as EncodedItem;
        yield { position, scored: scoredRows(ids, scored, states[i] as Float32Array, model.config.hiddenSize) };
      }
    }
  }

  async function sumOf(position: number, candidate: ScoredRows, run: ModelRun): Promise<number> {
    const { hiddenSize, vocabularySize } = model.config;
    const count = candidate.targets.length;
    let sum = 0;
    for (let first = 0; first < count; first += model.headRows) {
      options.signal?.throwIfAborted();
      const part = ({ hidden }: ScoredRows) =>
        hidden.subarray(first * hiddenSize, (first + model.headRows) * hiddenSize);
      const key = `${position} ${first}`;
      const logits = kept.get(key) ?? (await model.logitsAfter(part(rows[position] as ScoredRows)));
      if (keepsLogits) kept.set(key, logits);
      sum += divergenceSum(logits, await run.model.logitsAfter(part(candidate)), vocabularySize);
    }
    return sum;
  }
}
