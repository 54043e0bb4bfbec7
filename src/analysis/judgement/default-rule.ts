import type { HypothesisRule } from "../../derive/study-evidence.js";
import { MetricName } from "../../model/enums/metric.js";

/** The thresholds by which a study is judged where a request gives none. */
export const DEFAULT_RULE = {
  metric: MetricName.TRAINING_LOSS,
  thresholdPercent: 5,
  twoSided: false,
  similarityThreshold: 0.95,
  sensitivitySpread: 0.05,
} as const satisfies HypothesisRule;
