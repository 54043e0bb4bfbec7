import { failure } from "../../errors.js";
import type { ItemDivergences } from "../../model/behaviour.js";
import type { EncodedItem } from "../../model/evaluation-items.js";
import { compareDistributions } from "./compare-distributions.js";
import { requirePositions, runOptions, type Measured, type MeasureOptions, type ModelRun } from "./model-run.js";
import { scoredRows, type ScoredRows } from "./scored-rows.js";
import { emptyPositions, scoredSequences, sequenceBatches } from "./sequence-batches.js";

/**
 * Yields how the distributions of a candidate differ from those of a reference at the scored tokens of each item, batch by batch:
 * short items first. Logits of some rows of both models are in memory at a time.
 *
 * @throws TOKENS_INVALID, also for vocabularies of different sizes; MODEL_TOO_LARGE, and the signal's reason if it is aborted
 */
export async function* measureDivergences(
  { reference, candidate }: { readonly reference: ModelRun; readonly candidate: ModelRun },
  items: readonly EncodedItem[],
  options: MeasureOptions = {},
): AsyncGenerator<Measured<"DIVERGENCE">> {
  requireSameVocabulary(reference, candidate);
  for (const run of [reference, candidate]) items.forEach((item) => requirePositions(item, item.ids, run.model));
  const sequences = scoredSequences(items);
  for (const position of emptyPositions(sequences)) yield { position, ...emptyDivergences(0) };
  for (const { positions, sequences: batch } of sequenceBatches(sequences, options)) {
    const states = await reference.model.hiddenStates(batch, runOptions(reference, options));
    const candidateStates = await candidate.model.hiddenStates(batch, runOptions(candidate, options));
    for (const [i, position] of positions.entries()) {
      const { ids, scored } = items[position] as EncodedItem;
      const rowsOf = ({ model }: ModelRun, hidden: Float32Array | undefined) =>
        scoredRows(ids, scored, hidden as Float32Array, model.config.hiddenSize);
      const rows = rowsOf(reference, states[i]);
      const candidateRows = rowsOf(candidate, candidateStates[i]);
      yield { position, ...(await divergencesOf(reference, candidate, rows, candidateRows, options)) };
    }
  }
}

async function divergencesOf(
  reference: ModelRun,
  candidate: ModelRun,
  rows: ScoredRows,
  candidateRows: ScoredRows,
  { signal }: MeasureOptions,
): Promise<ItemDivergences> {
  const { targets } = rows;
  const size = reference.model.config.vocabularySize;
  const step = Math.min(reference.model.headRows, candidate.model.headRows);
  const values = emptyDivergences(targets.length);
  for (let first = 0; first < targets.length; first += step) {
    signal?.throwIfAborted();
    const logits = await logitsOf(reference, rows, first, step);
    const candidateLogits = await logitsOf(candidate, candidateRows, first, step);
    for (let row = first; row < Math.min(targets.length, first + step); row++) {
      const place = { start: (row - first) * size, size, token: targets[row] ?? 0 };
      const difference = compareDistributions(logits, candidateLogits, place);
      values.divergences[row] = difference.divergence;
      values.agreements[row] = difference.agrees ? 1 : 0;
      values.probabilityChanges[row] = Math.exp(-difference.candidateLoss) - Math.exp(-difference.referenceLoss);
      values.referenceLosses[row] = difference.referenceLoss;
      values.candidateLosses[row] = difference.candidateLoss;
    }
  }
  return values;
}

function logitsOf({ model }: ModelRun, { hidden }: ScoredRows, first: number, count: number): Promise<Float32Array> {
  const { hiddenSize } = model.config;
  return model.logitsAfter(hidden.subarray(first * hiddenSize, (first + count) * hiddenSize));
}

function emptyDivergences(tokens: number): ItemDivergences {
  return {
    divergences: new Float32Array(tokens),
    agreements: new Uint8Array(tokens),
    probabilityChanges: new Float32Array(tokens),
    referenceLosses: new Float32Array(tokens),
    candidateLosses: new Float32Array(tokens),
  };
}

function requireSameVocabulary(reference: ModelRun, candidate: ModelRun): void {
  const size = reference.model.config.vocabularySize;
  const received = candidate.model.config.vocabularySize;
  if (received === size) return;
  throw failure("TOKENS_INVALID", {
    where: "vocabulary of the candidate's model",
    received: `${received} tokens`,
    allowed: `${size}, as the reference's model has`,
  });
}
