import type { IntervalChoice } from "../../model/enums/statistics.js";
import { bootstrapDraws } from "../statistics/bootstrap-draws.js";

/** A value of the metric with the seed of its run. */
export interface SeededValue {
  readonly seed: number | null;
  readonly value: number;
}

/** How values of several seeds are analysed. */
export interface SeedAnalysis {
  readonly interval: IntervalChoice;
  readonly confidence: number;
  /** Number of bootstrap resamples. */
  readonly resamples: number;
  /** Seed of the bootstrap. */
  readonly seed: number;
  /** Compare runs with equal seeds, and ignore seeds that only the baseline or only the candidate has. */
  readonly paired: boolean;
}

export const DEFAULT_SEED_ANALYSIS: SeedAnalysis = {
  interval: "T",
  confidence: 0.95,
  resamples: 2000,
  seed: 0,
  paired: false,
};

/** Called between chunks of bootstrap draws with the number of values drawn in the last one. It throws to stop. */
export type OnDraws = (draws: number) => void;

/** Returns an upper bound of the number of values that the bootstrap of an analysis draws; 0 without a bootstrap. */
export function drawsOf(baselineValues: number, candidateValues: number, analysis: SeedAnalysis): number {
  const { interval: method, resamples } = analysis;
  return method === "T" ? 0 : bootstrapDraws([baselineValues, candidateValues], { method, resamples });
}
