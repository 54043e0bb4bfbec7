import type { EncodedChoices, EncodedItem } from "../../model/evaluation-items.js";
import { largest } from "../../model/extremes.js";
import {
  BATCH_TOKENS,
  requirePositions,
  runOptions,
  type Measured,
  type MeasureOptions,
  type ModelRun,
} from "./model-run.js";
import { scoredRows } from "./scored-rows.js";

/** A multiple-choice question. */
export type ChoiceItem = EncodedItem & { readonly choices: EncodedChoices };

/**
 * Yields the log-likelihood of each answer of each question, question by question: that of the answer's tokens after the
 * question, as the loglikelihood requests of lm-evaluation-harness. The largest one is its `acc`; the largest one per character
 * is its `acc_norm`.
 *
 * @throws TOKENS_INVALID, MODEL_TOO_LARGE, and the signal's reason if it is aborted
 */
export async function* measureChoices(
  run: ModelRun,
  items: readonly ChoiceItem[],
  options: MeasureOptions = {},
): AsyncGenerator<Measured<"CHOICES">> {
  const { model } = run;
  for (const item of items) item.choices.answers.forEach(({ ids }) => requirePositions(item, ids, model));
  for (const group of groupQuestions(items, options.batchTokens ?? BATCH_TOKENS)) {
    const batch = group.flatMap((position) => items[position]?.choices.answers.map(({ ids }) => ids) ?? []);
    const states = await model.hiddenStates(batch, runOptions(run, options));
    let first = 0;
    for (const position of group) {
      const { answers, right } = (items[position] as ChoiceItem).choices;
      const logLikelihoods = new Float64Array(answers.length);
      for (const [i, { ids, start }] of answers.entries()) {
        const scored = new Uint8Array(ids.length).fill(1, start);
        const rows = scoredRows(ids, scored, states[first + i] as Float32Array, model.config.hiddenSize);
        const losses = await model.lossesAfter(rows.hidden, rows.targets, options);
        logLikelihoods[i] = -losses.reduce((sum, loss) => sum + loss, 0);
      }
      first += answers.length;
      const characters = Int32Array.from(answers, (answer) => answer.characters);
      yield { position, logLikelihoods, characters, answer: right };
    }
  }
}

/** Groups questions of similar length, so that the answers of a group have at most `maxTokens` tokens with padding. */
function groupQuestions(items: readonly ChoiceItem[], maxTokens: number): number[][] {
  const lengthOf = ({ choices }: ChoiceItem) => largest(choices.answers.map(({ ids }) => ids.length));
  const questions = items
    .map((item, position) => ({ position, length: lengthOf(item), answers: item.choices.answers.length }))
    .sort((one, other) => one.length - other.length);
  const groups: number[][] = [];
  let sequences = 0;
  for (const { position, length, answers } of questions) {
    const group = groups.at(-1);
    sequences += answers;
    if (group !== undefined && sequences * length <= maxTokens) {
      group.push(position);
      continue;
    }
    groups.push([position]);
    sequences = answers;
  }
  return groups;
}
