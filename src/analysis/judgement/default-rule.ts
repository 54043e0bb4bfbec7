import type { HypothesisRule } from "../../derive/study-evidence.js";
import { MetricName } from "../../model/enums/metric.js";

/** The rule by which a study is judged unless a request sets another. */
export const DEFAULT_RULE = {
  metric: MetricName.TRAINING_LOSS,
  thresholdPercent: 5,
  twoSided: false,
  similarityThreshold: 0.95,
  sensitivitySpread: 0.05,
} as const satisfies HypothesisRule;
