/**
 * What fields cost, in points: a point is about one value that is read. Costs are told before anything is read, so that how
 * many ranks or layers a study has is a guess, and the same for all studies: an estimate that a client can work out itself.
 */

/** Arguments as the field gets them, defaults filled in. */
type Arguments = Readonly<Record<string, unknown>>;

export interface Price {
  /** Of the field itself, beside one for its value. */
  readonly points?: (given: Arguments) => number;
  /** How many values its list has, where it is not a page with `first`. */
  readonly times?: (given: Arguments) => number;
}

/** What a study has, about. */
export const USUAL = { ranks: 8, runsOfRank: 6, layers: 100, curves: 8, points: 200, other: 10 } as const;

/** A stored comparison of one layer of two runs, or the work to make it: two factors of each are looked up by hash. */
const PAIR = 2;
/** The singular values or the subspaces of one layer: a decomposition where it is not stored. */
const DECOMPOSITION = 10;

const { ranks, runsOfRank, layers, curves } = USUAL;

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
/** All pairs in all layers, and the values of the answer. */
const matrixPoints = (n: number): number => ((n * (n - 1)) / 2) * PAIR * layers + n ** 2;
const fixed = (number: number) => () => number;
const onePair: Price = { points: fixed(PAIR * layers) };
const everyRank: Price = { points: fixed(PAIR * layers * ranks) };
const layerList: Price = { times: fixed(layers) };
/** All weights of a study, each rank's pairs and each run's spectra, and its curves. */
const diagnosis = (given: Arguments): number =>
  PAIR * layers * ranks + DECOMPOSITION * layers + curves * USUAL.points + resampling(given);
/** A bootstrap draws this often from a handful of values. */
const resampling = ({ resamples, interval }: Arguments): number =>
  typeof resamples === "number" && interval !== "T" ? Math.max(0, resamples) / 10 : 0;

/** Degradations at all ranks of a study: its runs' metrics, and draws for each rank. */
const degradations = (given: Arguments): number => ranks * (runsOfRank + resampling(given));
/** Of one picture; more of them are not shown. */
const MOST_STUDIES_SHOWN = 60;
/** A picture of a study, by what its kind reads. */
const picture = (given: Arguments): number => {
  switch (given["kind"]) {
    case "WEIGHT_SIMILARITY":
    case "LAYER_HEATMAP":
    case "SINGULAR_VALUE_SPECTRA":
      return diagnosis(given);
    case "SIMILARITY_MATRIX":
      return matrixPoints(typeof given["rank"] === "number" ? runsOfRank : ranks * runsOfRank);
    case "LOSS_CURVES":
      return 2 * ranks * runsOfRank * USUAL.points;
    default:
      return degradations(given);
  }
};

/** By type and field; all others cost one point for each of their values. */
export const PRICES: Readonly<Record<string, Price>> = {
  "Query.similarityMatrix": {
    points: ({ experiments }) => matrixPoints(lengthOf(experiments)),
  },
  "Query.compareStudies": { points: ({ slugs }) => lengthOf(slugs) * ranks * runsOfRank },
  "Query.degradationAcrossStudies": {
    points: ({ slugs, ...given }) => {
      const studies = Array.isArray(slugs) ? Math.min(slugs.length, MOST_STUDIES_SHOWN) : MOST_STUDIES_SHOWN;
      return studies * degradations(given);
    },
  },
  "Query.experiments": { times: ({ ids }) => lengthOf(ids) },
  "Query.jobs": { points: fixed(100), times: ({ first }) => Math.max(0, Number(first)) },
  "Query.experimentGroups": { points: fixed(1000) },
  "Query.layerRows": { points: fixed(1000) },
  "Query.studies": { points: fixed(100) },
  "Query.experimentRows": { points: ({ metrics, first }) => lengthOf(metrics) * Number(first) },
  "Study.weightSimilarity": onePair,
  "Study.layerSensitivity": { ...onePair, ...layerList },
  "Study.diagnosticSummary": onePair,
  "Study.sensitivityMap": everyRank,
  "Study.rankAllocation": everyRank,
  "Study.hypotheses": { points: diagnosis, times: fixed(3) },
  "Study.failureModes": { points: diagnosis },
  "Study.rankTrends": { points: diagnosis },
  "Study.recommendation": { points: resampling },
  "Study.minimumViableRank": { points: resampling },
  "Study.plot": { points: picture },
  "Study.report": { points: fixed(10_000) },
  "Study.table": { points: fixed(10_000) },
  "Study.layers": layerList,
  "Study.ranks": { times: fixed(ranks) },
  "Rank.degradation": { points: resampling },
  "Rank.experiments": { times: fixed(runsOfRank) },
  "Experiment.layers": layerList,
  "Experiment.curve": { points: ({ maxPoints }) => (typeof maxPoints === "number" ? maxPoints : USUAL.points) },
  ...Object.fromEntries(
    ["singularValues", "stableRank", "effectiveRank", "utilisation", "k90"].map((field) => [
      `AdapterLayer.${field}`,
      { points: fixed(DECOMPOSITION) },
    ]),
  ),
  "ExperimentComparison.summary": onePair,
  "ExperimentComparison.confounds": onePair,
  "ExperimentComparison.layersTotal": onePair,
  "ExperimentComparison.layers": {
    ...onePair,
    times: ({ first }) => (typeof first === "number" ? Math.min(first, layers) : layers),
  },
  "WeightSimilarity.layers": layerList,
  "LayerSimilarity.parts": { points: fixed(3 * PAIR), times: fixed(3) },
  "LayerSimilarity.subspaceSimilarity": { points: fixed(DECOMPOSITION) },
  "SensitivityMap.layers": layerList,
  "SensitivityMap.parts": { points: fixed(3 * PAIR * layers) },
  "SimilarityMatrix.perLayer": layerList,
};
