import { useUrlState } from "../../parts/use-url-state.js";

/** The metric and the threshold that decide the verdicts. The URL holds them, because each reader may choose others. */
export interface Rules {
  readonly metric: "TRAINING_LOSS" | "EVAL_LOSS";
  /** A degradation below this percentage is acceptable. */
  readonly thresholdPercent: number;
}

export const DEFAULT_THRESHOLD = 5;

/** Returns the rules from the URL and a function that changes URL parameters. */
export function useRules(): Rules & { readonly change: (changes: Readonly<Record<string, string | null>>) => void } {
  const [parameters, change] = useUrlState();
  const text = parameters.get("threshold")?.trim() ?? "";
  const threshold = text === "" ? NaN : Number(text);
  return {
    metric: parameters.get("metric") === "EVAL_LOSS" ? "EVAL_LOSS" : "TRAINING_LOSS",
    thresholdPercent: Number.isFinite(threshold) ? threshold : DEFAULT_THRESHOLD,
    change,
  };
}
