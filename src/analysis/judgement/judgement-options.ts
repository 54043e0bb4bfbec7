import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import type { HypothesisRule } from "../../derive/study-evidence.js";
import type { RuleSet } from "../../model/enums/verdict.js";
import type { IntervalChoice } from "../../model/enums/statistics.js";
import { MetricName, type MetricPoint } from "../../model/enums/run.js";

/** Selects the metric that is judged, and the runs that are compared. */
export interface MetricOptions extends RolesRequest {
  /** A metric's name; `metricKey` overrides it. By default the evaluation loss if a run has one, else the training loss. */
  readonly metric?: string | null | undefined;
  readonly metricKey?: string | null | undefined;
  /** The value of the metric that represents a run. */
  readonly at: MetricPoint;
  /** The optimizer step, required with `at: "STEP"`. */
  readonly step?: number | null | undefined;
  /** Inferred from the metric's name where undefined. */
  readonly higherIsBetter?: boolean | null | undefined;
}

/** How a degradation is judged. */
export interface JudgementOptions extends MetricOptions {
  /** Percent. */
  readonly thresholdPercent: number;
  readonly twoSided: boolean;
  readonly rules: RuleSet;
  readonly interval: IntervalChoice;
  /** Confidence level of the interval, 0.5 to 0.999. */
  readonly confidence: number;
  /** Bootstrap samples, 100 to 10,000. */
  readonly resamples: number;
  readonly bootstrapSeed: number;
  /** Whether runs of equal seeds are compared with each other. */
  readonly paired: boolean;
}

/** How a whole study is judged, its weights included. */
export interface StudyJudgementOptions extends JudgementOptions {
  readonly similarityThreshold: number;
  readonly sensitivitySpread: number;
  /** Maximum wait for facts about weights; the context's where undefined. */
  readonly waitSeconds?: number | null | undefined;
}

/** The rule by which a study is judged unless a request sets another. */
export const DEFAULT_RULE = {
  metric: MetricName.TRAINING_LOSS,
  thresholdPercent: 5,
  twoSided: false,
  similarityThreshold: 0.95,
  sensitivitySpread: 0.05,
} as const satisfies HypothesisRule;
