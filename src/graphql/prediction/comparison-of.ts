import type { ComparedSets } from "../../analysis/predictions/compare-predictions.js";
import type { PredictionComparisonType } from "./prediction-comparison.js";

/** A comparison with what its page of flips is read from. */
export interface Comparison extends PredictionComparisonType {
  readonly compared: ComparedSets;
}

/** Returns a comparison as the API shows it. */
export function comparisonOf(compared: ComparedSets): Comparison {
  const { baseline, candidate, metric, result } = compared;
  return {
    ...result,
    metric: { ...result.metric, name: metric ?? "exact_match" },
    baseline,
    candidate,
    isAssumed: baseline.identity === "POSITION",
    compared,
  };
}
