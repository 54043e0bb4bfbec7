import { MAX_STUDIES } from "../../plots/plot-across-studies.js";
import { PLOT_KINDS } from "../../plots/plot-kinds.js";
import type { Arguments, Price } from "./costs.js";

/** The assumed size of every study. */
export const EXPECTED = {
  ranks: 8,
  runsPerRank: 6,
  layers: 100,
  curves: 8,
  pointsPerCurve: 200,
  /** Items of a set of predictions. */
  predictions: 10_000,
  /** Items of one task of an evaluation, of which a run has many. */
  taskItems: 500,
  /** Results of evaluations of a run. */
  evaluations: 200,
  /** Items of a list without a price. */
  items: 10,
} as const;

/** Points to read or compute the comparison of one layer of two runs: both adapter factors are looked up by hash. */
export const PAIR_POINTS = 2;

/** Points for the singular values or subspaces of one layer: a decomposition unless they are stored. */
export const DECOMPOSITION_POINTS = 10;

/** Points of a measurement of a model: the values of its tokens are read, unless a job has to compute them. */
export const MEASUREMENT_POINTS = 1_000;

/** The price of comparing two runs in all layers. */
export const ONE_PAIR: Price = { points: PAIR_POINTS * EXPECTED.layers };

/** The price of comparing baseline and candidate in all layers at every rank. */
export const EVERY_RANK: Price = { points: PAIR_POINTS * EXPECTED.layers * EXPECTED.ranks };

/** The price of a list of all layers. */
export const LAYER_LIST: Price = { items: EXPECTED.layers };

/** Returns the length of a list argument; 0 for any other value. */
export function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** Returns the points of a similarity matrix of n runs: all pairs in all layers, and the values of the result. */
export function matrixPoints(n: number): number {
  return ((n * (n - 1)) / 2) * PAIR_POINTS * EXPECTED.layers + n ** 2;
}

/** Returns the points of the bootstrap that the arguments request: each resample draws from a handful of values. */
export function bootstrapPoints({ resamples, interval }: Arguments): number {
  return typeof resamples === "number" && interval !== "T" ? Math.max(0, resamples) / 10 : 0;
}

/** Returns the points of a whole diagnosis: the pairs of every rank, the spectra and the curves, and the bootstrap. */
export function diagnosisPoints(args: Arguments): number {
  const pairs = PAIR_POINTS * EXPECTED.layers * EXPECTED.ranks;
  const spectra = DECOMPOSITION_POINTS * EXPECTED.layers;
  const curves = EXPECTED.curves * EXPECTED.pointsPerCurve;
  return pairs + spectra + curves + bootstrapPoints(args);
}

/** Returns the points of a plot of one study, which depend on what its kind reads. */
export function plotPoints(args: Arguments): number {
  const runs = EXPECTED.ranks * EXPECTED.runsPerRank;
  switch (PLOT_KINDS.find(({ name }) => name === args["kind"])?.reads) {
    case "WEIGHTS":
      return diagnosisPoints(args);
    case "WEIGHTS_OF_ALL_PAIRS":
      return matrixPoints(typeof args["rank"] === "number" ? EXPECTED.runsPerRank : runs);
    case "BEHAVIOUR":
      return 2 * runs * MEASUREMENT_POINTS;
    case "CURVES":
      return 2 * runs * EXPECTED.pointsPerCurve;
    case "METRICS":
    case undefined:
      return degradationPoints(args);
  }
}

/** Returns the points of a plot of several studies: the degradations of each study that it shows. */
export function acrossStudiesPoints({ slugs, ...args }: Arguments): number {
  const studies = Array.isArray(slugs) ? Math.min(slugs.length, MAX_STUDIES) : MAX_STUDIES;
  return studies * degradationPoints(args);
}

/** Returns the points of the degradations at every rank of a study: the metrics of its runs, and a bootstrap for each rank. */
function degradationPoints(args: Arguments): number {
  return EXPECTED.ranks * (EXPECTED.runsPerRank + bootstrapPoints(args));
}
