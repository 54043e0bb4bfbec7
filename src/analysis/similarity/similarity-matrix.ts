import {
  layerMatrix,
  meanMatrix,
  type MeanMatrix,
  type SimilarityMatrix,
} from "../../derive/similarity/similarity-matrix.js";
import type { SimilarityMeasure } from "../../model/enums/similarity.js";
import { undefinedSimilarity } from "../../derive/similarity/layer-similarity.js";
import { failure } from "../../errors.js";
import type { Layer } from "../../store/studies/layers.js";
import {
  checkpointLayers,
  matchedLayers,
  type CheckpointReads,
  type RunCheckpoint,
} from "../runs/checkpoint-layers.js";
import { compareUpdates, type ComparisonAsked } from "./compare-updates.js";
import { together, type Provenance } from "../request/provenance.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";

export interface RunsMatrix extends MeanMatrix {
  readonly perLayer: readonly ({ readonly layer: Layer } & SimilarityMatrix)[];
  readonly computed: Provenance | null;
  /** The ids of the jobs that some values wait for, each once. */
  readonly pendingJobs: readonly string[];
}

/**
 * More would keep the serving thread from everyone else for seconds: 64 runs of 63 layers are as many, or 32 runs of a 7B
 * model's 224.
 */
const MAX_MATRIX_PAIRS = 2 ** 17;

/**
 * All pairs of `runs`, the diagonal among them, which tells a zero update from one that has a direction. All pairs of all
 * layers are one question.
 *
 * @throws ARGUMENT_INVALID where these are more pairs than one answer may hold
 */
export async function matrixOf(
  weights: WeightFactsLoader,
  reads: CheckpointReads,
  runs: readonly RunCheckpoint[],
  { measure, ...asked }: ComparisonAsked & { readonly measure: SimilarityMeasure },
): Promise<RunsMatrix> {
  const layers = matchedLayers(await Promise.all(runs.map((run) => checkpointLayers(reads, run))));
  const perLayerCount = (runs.length * (runs.length + 1)) / 2;
  if (layers.length * perLayerCount > MAX_MATRIX_PAIRS) {
    throw failure("ARGUMENT_INVALID", {
      where: "experiments",
      received: `${runs.length} runs of ${layers.length} layers, ${layers.length * perLayerCount} pairs`,
      allowed: `${MAX_MATRIX_PAIRS} pairs`,
      todo: "Ask for fewer runs at a time.",
    });
  }
  const pairs = layers.flatMap(({ sides }) =>
    upperTriangle(runs.length).map(([i, j]) => ({ left: sides[i], right: sides[j] })),
  );
  const compared = await compareUpdates(weights, pairs, asked);
  const perLayer = layers.map(({ layer }, at) => {
    const similarityOf = (i: number, j: number) =>
      compared[at * perLayerCount + placeOf(i, j, runs.length)]?.similarity ?? undefinedSimilarity("WEIGHTS_MISSING");
    return { layer, ...layerMatrix(runs.length, measure, similarityOf) };
  });
  return {
    ...meanMatrix(runs.length, perLayer),
    perLayer,
    computed: together(compared.map(({ computed }) => computed)),
    pendingJobs: [...new Set(compared.flatMap(({ similarity }) => similarity.pendingJob ?? []))],
  };
}

/** All (i, j) with i <= j, row by row. */
function upperTriangle(size: number): [number, number][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size - i }, (__, offset): [number, number] => [i, i + offset]),
  ).flat();
}

/** Where (i, j), i <= j, is in the upper triangle: after the rows before, of size, size - 1, ... entries. */
function placeOf(i: number, j: number, size: number): number {
  return i * size - (i * (i - 1)) / 2 + (j - i);
}
