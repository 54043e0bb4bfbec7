import { defineEnum, type EnumValue } from "./define-enum.js";

export const AcceptanceVerdict = defineEnum("AcceptanceVerdict", "Whether a degradation is below its threshold.", {
  ACCEPTABLE: "The degradation, and its whole interval if there is one, is below the threshold.",
  UNACCEPTABLE:
    "The degradation, and its whole interval if there is one, is at or above the threshold; or every run of the candidate diverged.",
  INCONCLUSIVE:
    "The degradation is undefined, its confidence interval contains the threshold, or some of the runs diverged.",
});
export type AcceptanceVerdict = EnumValue<typeof AcceptanceVerdict>;

export const RuleSet = defineEnum("RuleSet", "The rules that judge a study.", {
  RANKSCOPE: "Uses all ranks and layers, seeds and noise floors. Judges valid comparisons only.",
  NOTEBOOK:
    "The rules of the notebook that Rankscope replaces: |percent| below the threshold, the smallest acceptable rank, unscaled B A at r = 8, and the mean over the first, middle and last layer.",
});
export type RuleSet = EnumValue<typeof RuleSet>;

export const RankBound = defineEnum("RankBound", "How precisely the minimum viable rank is known.", {
  AT_MOST: "No tested rank below it is known to fail, so a smaller rank may be acceptable too.",
  EXACT: "The next smaller tested rank fails.",
  NONE: "No tested rank is acceptable together with all larger tested ranks.",
});
export type RankBound = EnumValue<typeof RankBound>;

export const HypothesisVerdict = defineEnum("HypothesisVerdict", "The result of testing a hypothesis on a study.", {
  SUPPORTED: "It holds at every rank that can be judged. For H3: r* is known exactly.",
  PARTIALLY_SUPPORTED: "It holds at some ranks only. For H3: a rank below r* may be acceptable too.",
  REJECTED: "It holds at no rank that can be judged.",
  INCONCLUSIVE: "The variation between seeds is too large, or weights are still being compared.",
  NOT_TESTED: "The study has no valid comparison to test it on.",
});
export type HypothesisVerdict = EnumValue<typeof HypothesisVerdict>;

export const Severity = defineEnum("Severity", "The severity of a confound or a failure mode.", {
  LOW: "Informational. Conclusions remain valid.",
  MEDIUM: "It may change a conclusion that is close to a threshold.",
  HIGH: "The affected conclusions are not reliable.",
});
export type Severity = EnumValue<typeof Severity>;

const MOST_SEVERE_FIRST: readonly Severity[] = ["HIGH", "MEDIUM", "LOW"];

/** Compares what has a severity, for sorting: the most severe comes first. */
export function compareSeverity(left: { readonly severity: Severity }, right: { readonly severity: Severity }): number {
  return MOST_SEVERE_FIRST.indexOf(left.severity) - MOST_SEVERE_FIRST.indexOf(right.severity);
}
