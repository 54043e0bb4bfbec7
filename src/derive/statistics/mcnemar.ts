import jstat from "jstat";

/** Whether the baseline and the candidate answered one item correctly. */
export interface ItemPair {
  readonly baseline: boolean;
  readonly candidate: boolean;
}

/** Agreement of two runs on the same items, with McNemar's exact test. */
export interface McNemarTest {
  readonly both: number;
  readonly neither: number;
  /** Items that only the baseline answered correctly: the candidate lost them. */
  readonly onlyBaseline: number;
  /** Items that only the candidate answered correctly: the candidate gained them. */
  readonly onlyCandidate: number;
  /** Two-sided p of losses and gains being equally likely. 1 without any. */
  readonly p: number;
}

/**
 * Returns the counts of items by who answered them correctly, and the exact binomial test of the items on which the two
 * disagree (McNemar 1947, Psychometrika 12). Items on which both agree say nothing about the difference.
 */
export function mcnemarTest(pairs: readonly ItemPair[]): McNemarTest {
  const count = (baseline: boolean, candidate: boolean) =>
    pairs.filter((pair) => pair.baseline === baseline && pair.candidate === candidate).length;
  const onlyBaseline = count(true, false);
  const onlyCandidate = count(false, true);
  return {
    both: count(true, true),
    neither: count(false, false),
    onlyBaseline,
    onlyCandidate,
    p: twoSidedBinomialP(Math.min(onlyBaseline, onlyCandidate), onlyBaseline + onlyCandidate),
  };
}

/** Returns 2 P(X <= successes) for X ~ Binomial(trials, 1 / 2): I_{1/2}(trials - successes, successes + 1). */
function twoSidedBinomialP(successes: number, trials: number): number {
  if (trials === 0 || 2 * successes === trials) return 1;
  return Math.min(1, 2 * jstat.ibeta(0.5, trials - successes, successes + 1));
}
