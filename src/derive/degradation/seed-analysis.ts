import type { IntervalChoice } from "../../model/enums/statistics.js";
import type { RunData } from "../runs/run-data.js";
import { bootstrapDraws, type BootstrapMethod } from "../statistics/bootstrap-draws.js";

/** A value of the metric with the seed of its run. */
export interface SeededValue {
  readonly seed: number | null;
  readonly value: number;
  /** Hash of the run's weights. Null or undefined if unknown. */
  readonly weights?: string | null | undefined;
  /** Task and data set of the run. Null or undefined if unknown. */
  readonly data?: RunData | null | undefined;
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

/**
 * Minimum number of runs of a configuration for a bootstrap. With fewer, its nominal 95 % intervals are too narrow (see
 * docs/statistics.md), and Student's t is used.
 */
export const MIN_BOOTSTRAP_RUNS = 8;

/** Returns the bootstrap method of an analysis of samples of these sizes; undefined if Student's t is used. */
export function bootstrapMethod(sizes: readonly number[], { interval }: SeedAnalysis): BootstrapMethod | undefined {
  if (interval === "T" || interval === "POOLED_T") return undefined;
  return sizes.every((size) => size >= MIN_BOOTSTRAP_RUNS) ? interval : undefined;
}

/** Returns an upper bound of the number of values that the bootstrap of an analysis draws; 0 without a bootstrap. */
export function drawsOf(baselineValues: number, candidateValues: number, analysis: SeedAnalysis): number {
  const sizes = [baselineValues, candidateValues];
  const method = bootstrapMethod(sizes, analysis);
  return method === undefined ? 0 : bootstrapDraws(sizes, { method, resamples: analysis.resamples });
}
