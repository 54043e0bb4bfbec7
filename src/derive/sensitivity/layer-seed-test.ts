import type { SensitivityBasis } from "../../model/enums/sensitivity.js";
import { largest, smallest } from "../../model/extremes.js";
import { friedmanTest } from "../statistics/friedman.js";
import { median } from "../statistics/order-statistics.js";
import { meanOf } from "../statistics/sample.js";

/** The measured sensitivities of layers at one rank. */
export interface RankSensitivity {
  readonly rank: number;
  /** Never UPDATE_DIVERGENCE, which is no measure of sensitivity. */
  readonly basis: Exclude<SensitivityBasis, "UPDATE_DIVERGENCE">;
  /** Seeds of the measured pairs, in the order of the scores. Null is unknown. */
  readonly seeds: readonly (number | null)[];
  /** Number of pairs of runs with equal seeds at the rank: more than `seeds` if some are not measured. */
  readonly available: number;
  readonly layers: readonly LayerScores[];
}

/** The sensitivity of a layer, measured with each seed. */
export interface LayerScores {
  readonly layer: string;
  /** In the order of the seeds, which all layers share. */
  readonly scores: readonly number[];
}

/** Whether layers differ by more than seeds. */
export interface LayerSeedTest {
  readonly layers: number;
  readonly seeds: number;
  /** P of Friedman's test, whose blocks are the seeds. */
  readonly p: number;
  readonly kendallsW: number;
  /** Largest mean sensitivity divided by the median. */
  readonly ratio: number;
  /** The smallest and the largest such ratio of a single seed. */
  readonly seedRatios: { readonly min: number; readonly max: number };
}

/**
 * Tests the variation between layers against the variation between seeds. Undefined for fewer than two seeds or layers. Many
 * equal layers always span a range by chance; it repeats from seed to seed only if the layers differ.
 */
export function layerSeedTest({ layers }: Pick<RankSensitivity, "layers">): LayerSeedTest | undefined {
  const seeds = smallest(layers.map(({ scores }) => scores.length));
  if (layers.length < 2 || seeds < 2) return undefined;
  const blocks = Array.from({ length: seeds }, (_, seed) => layers.map(({ scores }) => scores[seed] ?? NaN));
  const test = friedmanTest(blocks);
  if (test === undefined) return undefined;
  const ratios = blocks.map(ratioToMedian);
  const means = layers.map(({ scores }) => meanOf(scores));
  return {
    layers: layers.length,
    seeds,
    p: test.p,
    kendallsW: test.kendallsW,
    ratio: ratioToMedian(means),
    seedRatios: { min: smallest(ratios), max: largest(ratios) },
  };
}

/** Returns the largest value divided by the median. */
function ratioToMedian(values: readonly number[]): number {
  return largest(values) / median(values);
}
