import { useUrlState } from "../../parts/url-state.js";

/** By what a study is judged: thresholds are choices of whoever looks, so the address has them. */
export interface Rules {
  readonly metric: "TRAINING_LOSS" | "EVAL_LOSS";
  /** Acceptable is under this many percent. */
  readonly thresholdPercent: number;
}

export const DEFAULT_THRESHOLD = 5;

/** The rules that the address has, and how to change them. */
export function useRules(): Rules & { readonly change: (changes: Readonly<Record<string, string | null>>) => void } {
  const [parameters, change] = useUrlState();
  const given = parameters.get("threshold");
  const threshold = given === null || given.trim() === "" ? NaN : Number(given);
  return {
    metric: parameters.get("metric") === "EVAL_LOSS" ? "EVAL_LOSS" : "TRAINING_LOSS",
    thresholdPercent: Number.isFinite(threshold) ? threshold : DEFAULT_THRESHOLD,
    change,
  };
}
