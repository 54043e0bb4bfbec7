import { undefinedSimilarity } from "../../derive/similarity/layer-similarity.js";
import {
  layerMatrix,
  meanMatrixOfRows,
  meanRow,
  type MeanMatrix,
  type SimilarityMatrix,
} from "../../derive/similarity/similarity-matrix.js";
import { failure } from "../../errors.js";
import type { SimilarityMeasure } from "../../model/enums/similarity.js";
import { ITEMS_PER_TURN, mapInTurns } from "../../store/in-turns.js";
import type { Layer } from "../../store/studies/layers.js";
import { mergeProvenances, type Provenance } from "../request/provenance.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";
import { checkpointLayers, matchLayers, type CheckpointLoaders, type MatchedLayer } from "../runs/checkpoint-layers.js";
import type { RunCheckpoint } from "../runs/run-checkpoint.js";
import { compareUpdates, type ComparisonOptions, type LayerFactorPair } from "./compare-updates.js";

export interface RunsMatrix extends MeanMatrix {
  readonly perLayer: readonly ({ readonly layer: Layer } & SimilarityMatrix)[];
  readonly computed: Provenance | null;
  /** The ids of the jobs that some values wait for, each once. */
  readonly pendingJobs: readonly string[];
}

/** More pairs would block the serving thread for seconds. 64 runs of 63 layers, or 32 runs of a 7B model's 224, fit. */
export const MAX_MATRIX_PAIRS = 2 ** 17;

/**
 * Compares all pairs of `runs` in one batch, including each run with itself, which tells a zero update from a defined one.
 *
 * @throws ARGUMENT_INVALID where there are more than MAX_MATRIX_PAIRS pairs
 */
export async function compareAllRuns(
  weights: WeightFactsLoader,
  loaders: CheckpointLoaders,
  runs: readonly RunCheckpoint[],
  { measure, ...options }: ComparisonOptions & { readonly measure: SimilarityMeasure },
): Promise<RunsMatrix> {
  const layers = matchLayers(await Promise.all(runs.map((run) => checkpointLayers(loaders, run))));
  const pairsPerLayer = (runs.length * (runs.length + 1)) / 2;
  checkSize(runs.length, layers.length, layers.length * pairsPerLayer);
  const compared = await compareUpdates(weights, layers.flatMap(upperTriangle), options);
  const matrixOf = ({ layer }: MatchedLayer, position: number) => {
    const similarityOf = (i: number, j: number) =>
      compared[position * pairsPerLayer + triangleIndex(i, j, runs.length)]?.similarity ??
      undefinedSimilarity("WEIGHTS_MISSING");
    return { layer, ...layerMatrix(runs.length, measure, similarityOf) };
  };
  const perLayer = await mapInTurns(layers, matrixOf, perTurn(runs.length ** 2));
  const meansOf = (_run: RunCheckpoint, i: number) => meanRow(runs.length, perLayer, i);
  const means = await mapInTurns(runs, meansOf, perTurn(runs.length * layers.length));
  return {
    ...meanMatrixOfRows(means),
    perLayer,
    computed: mergeProvenances(compared.map(({ computed }) => computed)),
    pendingJobs: [...new Set(compared.flatMap(({ similarity }) => similarity.pendingJob ?? []))],
  };
}

/** Returns how many items of `values` values each are computed in one turn of the event loop. */
function perTurn(values: number): number {
  return Math.max(1, Math.floor(ITEMS_PER_TURN / Math.max(1, values)));
}

/** @throws ARGUMENT_INVALID */
function checkSize(runs: number, layers: number, pairs: number): void {
  if (pairs <= MAX_MATRIX_PAIRS) return;
  throw failure("ARGUMENT_INVALID", {
    where: "experiments",
    received: `${runs} runs of ${layers} layers, ${pairs} pairs`,
    allowed: `${MAX_MATRIX_PAIRS} pairs`,
    fix: "Request fewer runs at a time.",
  });
}

/** Returns the pairs (i, j) of a layer's runs with i <= j, row by row. */
function upperTriangle({ factors }: MatchedLayer): LayerFactorPair[] {
  return factors.flatMap((baseline, i) => factors.slice(i).map((candidate) => ({ baseline, candidate })));
}

/** Returns the index of (i, j), i <= j, in the upper triangle: the rows before it have size, size - 1, ... entries. */
function triangleIndex(i: number, j: number, size: number): number {
  return i * size - (i * (i - 1)) / 2 + (j - i);
}
