import type { ItemChoices, ItemEmbedding, ItemGeneration } from "../../model/behaviour.js";
import { mcnemarTest } from "../statistics/mcnemar.js";
import { meanOverItems, type ItemStatistic } from "./item-statistics.js";

/** Values of the same item of two models. */
export type ItemPair<Values> = readonly [reference: Values, candidate: Values];

/**
 * Returns the share of equal tokens at equal positions of two continuations, over the positions that both have, as the mean of the
 * items' shares. Undefined if no item has a position.
 *
 * @param countsPrompt whether the prompt's tokens, which are equal, count too, as in notebooks that compare whole outputs
 */
export function tokenMatch(
  items: readonly ItemPair<ItemGeneration>[],
  countsPrompt: boolean,
  confidence: number,
): ItemStatistic | undefined {
  const shares = items.flatMap(([{ tokens: one, promptTokens }, { tokens: other }]) => {
    const prompt = countsPrompt ? promptTokens : 0;
    const length = Math.min(one.length, other.length);
    if (prompt + length === 0) return [];
    let equal = prompt;
    for (let at = 0; at < length; at++) if (one[at] === other[at]) equal += 1;
    return [{ sum: equal / (prompt + length), count: 1 }];
  });
  return meanOverItems(shares, confidence);
}

/** Returns the mean cosine similarity of two models' embeddings of the same texts. Undefined if no item has two vectors. */
export function embeddingSimilarity(
  items: readonly ItemPair<ItemEmbedding>[],
  confidence: number,
): ItemStatistic | undefined {
  const cosines = items.flatMap(([{ vector: one }, { vector: other }]) => {
    const value = cosine(one, other);
    return Number.isFinite(value) ? [{ sum: value, count: 1 }] : [];
  });
  return meanOverItems(cosines, confidence);
}

function cosine(one: Float32Array, other: Float32Array): number {
  let product = 0;
  let left = 0;
  let right = 0;
  for (let i = 0; i < one.length; i++) {
    const [x, y] = [one[i] ?? 0, other[i] ?? 0];
    product += x * y;
    left += x * x;
    right += y * y;
  }
  return product / Math.sqrt(left * right);
}

/** Changes of the answers to multiple-choice questions. */
export interface ChoiceFlips {
  /** Questions whose right answer is known. */
  readonly n: number;
  /** Share of right answers. Null without such questions. */
  readonly referenceAccuracy: number | null;
  readonly candidateAccuracy: number | null;
  readonly rightToWrong: number;
  readonly wrongToRight: number;
  /** Questions with another answer, right or wrong ("Accuracy is Not All You Need", arXiv 2407.09141). */
  readonly changed: number;
  /** Questions that both models answered. */
  readonly questions: number;
  /** McNemar's exact test of equal accuracies. Null if no right answer is known. */
  readonly pValue: number | null;
}

/**
 * Returns the flips between two models' answers: the choice with the largest log-likelihood, per character if `normalises`.
 * Undefined without questions.
 */
export function choiceFlips(items: readonly ItemPair<ItemChoices>[], normalises: boolean): ChoiceFlips | undefined {
  if (items.length === 0) return undefined;
  const answers = items.map(([reference, candidate]) => ({
    right: reference.answer,
    reference: chosen(reference, normalises),
    candidate: chosen(candidate, normalises),
  }));
  const known = answers.filter(({ right }) => right !== null);
  const test = mcnemarTest(
    known.map(({ right, reference, candidate }) => ({ baseline: reference === right, candidate: candidate === right })),
  );
  const share = (count: number) => (known.length === 0 ? null : count / known.length);
  return {
    n: known.length,
    referenceAccuracy: share(test.both + test.onlyBaseline),
    candidateAccuracy: share(test.both + test.onlyCandidate),
    rightToWrong: test.onlyBaseline,
    wrongToRight: test.onlyCandidate,
    changed: answers.filter(({ reference, candidate }) => reference !== candidate).length,
    questions: items.length,
    pValue: known.length === 0 ? null : test.p,
  };
}

function chosen({ logLikelihoods, characters }: ItemChoices, normalises: boolean): number {
  let best = 0;
  const score = (i: number) => (logLikelihoods[i] ?? -Infinity) / (normalises ? Math.max(1, characters[i] ?? 1) : 1);
  for (let i = 1; i < logLikelihoods.length; i++) if (score(i) > score(best)) best = i;
  return best;
}
