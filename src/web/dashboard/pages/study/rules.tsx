import { TextField } from "../../parts/text-field.js";
import { useUrlState } from "../../parts/url-parameters.js";

export type JudgedMetric = "TRAINING_LOSS" | "EVAL_LOSS";

/** The metric and the threshold that decide the verdicts. The URL holds them, because each reader may choose others. */
export interface Rules {
  readonly metric: JudgedMetric;
  /** A degradation below this percentage is acceptable. */
  readonly thresholdPercent: number;
}

/** The threshold without a URL parameter. */
const DEFAULT_THRESHOLD = 5;

/**
 * Returns the rules from the URL and a function that changes URL parameters.
 *
 * @param defaultMetric the metric without a URL parameter
 */
export function useRules(
  defaultMetric: JudgedMetric = "TRAINING_LOSS",
): Rules & { readonly change: (changes: Readonly<Record<string, string | null>>) => void } {
  const [parameters, change] = useUrlState();
  const text = parameters.get("threshold")?.trim() ?? "";
  const metric = parameters.get("metric");
  const threshold = text === "" ? NaN : Number(text);
  return {
    metric: metric === "EVAL_LOSS" || metric === "TRAINING_LOSS" ? metric : defaultMetric,
    thresholdPercent: Number.isFinite(threshold) ? threshold : DEFAULT_THRESHOLD,
    change,
  };
}

/** The field for the threshold of the rules. */
export function ThresholdField() {
  const { thresholdPercent, change } = useRules();
  return (
    <TextField
      label="Threshold (%)"
      type="number"
      value={String(thresholdPercent)}
      onChange={(value) => change({ threshold: Number(value) === DEFAULT_THRESHOLD ? null : value })}
    />
  );
}
