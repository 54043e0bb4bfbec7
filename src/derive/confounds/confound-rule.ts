import type { Severity } from "../../model/enums/verdict.js";
import type { RunSettings } from "../runs/run-settings.js";
import type { SimilaritySummary } from "../similarity/similarity-summary.js";
import type { Steps } from "../steps.js";
import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";

/** The kind of evidence that a conclusion rests on: the weights of the adapters, or the metrics of the runs. */
export type ConclusionBasis = "WEIGHTS" | "METRICS";

/** A confound of two runs. */
export interface PairFinding {
  readonly severity: Severity;
  readonly message: string;
}

/** A setting in which two runs differ. */
export interface SettingDifference {
  readonly severity: Severity;
  /** Start of a message: `The ranks differ`. */
  readonly difference: string;
  /** Both values, for use after it: `4 and 8`. */
  readonly values: string;
}

/** A confound of a study. */
export interface StudyFinding extends PairFinding {
  /** The affected ranks, ascending. */
  readonly ranks: readonly number[];
}

/**
 * A kind of confound and how it is detected. Each function returns undefined if the confound is absent. Add one to the list
 * in confounds.ts.
 */
export interface ConfoundRule {
  /** Value of ConfoundKind in the GraphQL schema. */
  readonly kind: string;
  /** Description of that value. */
  readonly description: string;
  /** The conclusions that the confound affects. */
  readonly affects: readonly ConclusionBasis[];
  /** Compares how two runs were trained. In a study, every run of both configurations is in a pair. */
  betweenRuns?(baseline: RunSettings, candidate: RunSettings): SettingDifference | undefined;
  /** Judges how runs were trained, each by itself. In a study, these are the runs of both configurations at one rank or more. */
  inRuns?(runs: readonly RunSettings[]): PairFinding | undefined;
  /** Judges the comparison of the weights of two runs. */
  inComparison?(summary: SimilaritySummary): PairFinding | undefined;
  /** Judges a study, in steps if it takes much longer than reading each run once. */
  inStudy?(study: StudyEvidence, rule: HypothesisRule): StudyFinding | undefined | Steps<StudyFinding | undefined>;
}
