import type { VerdictCertainty } from "../../model/enums/statistics.js";
import type { HypothesisVerdict } from "../../model/enums/verdict.js";
import type { ConclusionBasis } from "../confounds/confound-rule.js";
import type { Evidence, HypothesisRule, StudyEvidence } from "../study-evidence.js";
import { formatPendingJobs, formatRanks } from "../wording.js";

/** The result of testing a hypothesis on a study. */
export interface Judgement {
  readonly verdict: HypothesisVerdict;
  /** The reason, in one or more sentences. */
  readonly because: string;
  /** Whether the verdict rests on intervals. Null if nothing was measured. */
  readonly certainty: VerdictCertainty | null;
  readonly evidence: readonly Evidence[];
}

/** A verdict with its reason. */
export type ReasonedVerdict = Pick<Judgement, "verdict" | "because">;

/** A hypothesis and how it is tested. Add one to the list in judge-hypotheses.ts. */
export interface HypothesisDefinition {
  readonly id: string;
  /** Source of its evidence. It decides which confounds are listed with it. */
  readonly basis: ConclusionBasis;
  /** Returns the hypothesis as a sentence. */
  statement(rule: HypothesisRule): string;
  judge(study: StudyEvidence, rule: HypothesisRule): Judgement;
  /** Judges by the rules of the notebook that Rankscope replaces. */
  judgeByNotebook(study: StudyEvidence, rule: HypothesisRule): Judgement;
}

/** A comparison at a rank, with the ids of the jobs that still compute it. */
export interface PendingComparison {
  readonly rank: number;
  readonly pendingJobs: readonly string[];
}

/**
 * Returns the verdict while weights are still being compared, because a verdict over the available ranks might change.
 * Undefined if nothing is pending.
 */
export function pendingVerdict(comparisons: readonly PendingComparison[]): ReasonedVerdict | undefined {
  const pending = comparisons.filter(({ pendingJobs }) => pendingJobs.length > 0);
  if (pending.length === 0) return undefined;
  const ranks = [...new Set(pending.map(({ rank }) => rank))];
  return {
    verdict: "INCONCLUSIVE",
    because: `The weights at ${formatRanks(ranks)} are still being compared (${formatPendingJobs(pending)}).`,
  };
}
