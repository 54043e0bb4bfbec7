import type { Dtype } from "./dtype.js";

/** One run of the study, with the figures that are chosen and not computed. */
export interface Run {
  /** Name such as `4bit_r8`. */
  readonly name: string;
  readonly bits: 4 | 16;
  readonly rank: number;
  /** Element type of the saved adapter. */
  readonly dtype: Dtype;
  /** Label of the initial A. Runs with the same label and rank start from the same A. */
  readonly start: string;
  /** Mean of the loss over all steps. */
  readonly trainingLoss: number;
  readonly peakMemoryMb: number;
  readonly secondsPerStep: number;
  /** Step at which the gradient overflowed and its norm was logged as NaN. */
  readonly overflowStep?: number;
}

export const BASE_MODEL = "synthetic/tiny-gpt2";
export const SEED = 20;
export const ALPHA = 16;
export const BATCH_SIZE = 8;
export const NUM_SAMPLES = 4096;
export const TOTAL_STEPS = 1000;
export const SAVED_STEPS = [900, 1000] as const;
export type SavedStep = (typeof SAVED_STEPS)[number];

/** Rank at which baseline and candidate have different seeds, so that their adapters start from different A. */
const UNSEEDED_RANK = 4;

/** Degradation, in percent of the 16-bit loss, exceeds 5 at rank 1 only. The minimum viable rank is therefore exactly 2. */
const RANKS = [
  { rank: 1, trainingLoss: 2.51371846, degradation: 7.8936 },
  { rank: 2, trainingLoss: 2.40263392, degradation: 1.7052 },
  { rank: 4, trainingLoss: 2.38412871, degradation: 1.2481 },
  { rank: 8, trainingLoss: 2.37779653, degradation: 1.1037 },
] as const;

/** The eight runs: first the 16-bit runs by rank, then the 4-bit runs by rank. */
export const RUNS: readonly Run[] = [
  ...RANKS.map(({ rank, trainingLoss }): Run => ({
    name: `16bit_r${rank}`,
    bits: 16,
    rank,
    dtype: rank === 1 ? "BF16" : "F32",
    start: "shared",
    trainingLoss,
    peakMemoryMb: 1432.5 + 0.75 * rank,
    secondsPerStep: 0.3125,
  })),
  ...RANKS.map(({ rank, trainingLoss, degradation }): Run => ({
    name: `4bit_r${rank}`,
    bits: 4,
    rank,
    dtype: rank === 2 ? "F16" : "F32",
    start: rank === UNSEEDED_RANK ? "4bit" : "shared",
    trainingLoss: trainingLoss * (1 + degradation / 100),
    peakMemoryMb: 428.25 + 0.75 * rank,
    secondsPerStep: 0.4375,
    ...(rank === 1 ? { overflowStep: 130 } : {}),
  })),
];

/** Returns the folder of all runs with `bits` bits. */
export function resultsFolder(bits: 4 | 16): string {
  return bits === 16 ? "results_baseline_lora" : "results_qlora";
}
