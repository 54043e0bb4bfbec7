import type { UndefinedReason } from "../../model/enums/similarity.js";
import { meanAndRange } from "../statistics/sample.js";
import type { LayerSimilarity } from "./layer-similarity.js";

/** Two runs count as started from different A below this mean cos(A1, A2). Shared starts measure above 0.9. */
export const SHARED_START_COSINE = 0.5;

/**
 * The similarity of two checkpoints over all their layers. All means are null while a layer is pending, because a mean over
 * the other layers would change.
 */
export interface SimilaritySummary {
  /** Unweighted mean cosine over the layers with a defined cosine. Null if there are none. */
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Number of layers with a defined cosine. */
  readonly comparedLayers: number;
  /** Mean cos(A1, A2). Null if no layer has one. */
  readonly initialCosine: number | null;
  /** Whether both runs started from the same A. Null if unknown. */
  readonly sharedStart: boolean | null;
  /** Whether the updates of every layer are equal to the last bit: the two checkpoints are one adapter under two names. */
  readonly identical: boolean;
  /** Number of layers in both checkpoints that could not be compared: not finite, unreadable, or the computation failed. */
  readonly leftOutLayers: number;
  /** Distinct ids of the jobs that compute pending layers. */
  readonly pendingJobs: readonly string[];
}

const LEFT_OUT_REASONS: readonly (UndefinedReason | null)[] = ["NOT_FINITE", "UNREADABLE", "COMPUTE_FAILED"];

/** Returns the summary of one comparison from the similarities of its layers. */
export function similaritySummary(layers: readonly LayerSimilarity[]): SimilaritySummary {
  const pendingJobs = [...new Set(layers.flatMap(({ pendingJob }) => pendingJob ?? []))];
  const isComplete = pendingJobs.length === 0;
  const cosines = meanAndRange(layers.map(({ cosineSimilarity }) => cosineSimilarity));
  const initialCosines = meanAndRange(layers.map(({ initialCosine }) => initialCosine));
  const known = isComplete ? cosines : undefined;
  const start = isComplete ? initialCosines : undefined;
  return {
    mean: known?.mean ?? null,
    min: known?.min ?? null,
    max: known?.max ?? null,
    comparedLayers: cosines?.n ?? 0,
    initialCosine: start?.mean ?? null,
    sharedStart: start === undefined ? null : start.mean >= SHARED_START_COSINE,
    identical: isComplete && areIdentical(layers),
    leftOutLayers: layers.filter(({ undefinedReason }) => LEFT_OUT_REASONS.includes(undefinedReason)).length,
    pendingJobs,
  };
}

/** Two trainings never end in equal numbers, so a distance of exactly 0 in every layer is a copy. */
function areIdentical(layers: readonly LayerSimilarity[]): boolean {
  const distances = layers.flatMap(({ l2Distance }) => l2Distance ?? []);
  const hasUpdate = layers.some(({ cosineSimilarity }) => cosineSimilarity !== null);
  return hasUpdate && distances.every((distance) => distance === 0);
}
