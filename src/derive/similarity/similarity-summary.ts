import { meanAndRange, type LayerSimilarity } from "./layer-similarity.js";
import type { UndefinedReason } from "../undefined-reason.js";

/** Below this mean cos(A1, A2), two runs are taken to have started from different A: shared starts measure above 0.9. */
export const SHARED_START_COSINE = 0.5;

/**
 * Two checkpoints over all their layers. While a layer is pending the means are null, and so is what follows from them:
 * half the layers say nothing of the whole.
 */
export interface SimilaritySummary {
  /** Unweighted mean cosine over the layers where it is defined; null where there are none. */
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Layers whose cosine is defined. */
  readonly comparedLayers: number;
  /** Mean cos(A1, A2); null where no layer has one. */
  readonly initialCosine: number | null;
  /** Whether both runs started from the same A; null where that is not known. */
  readonly sharedStart: boolean | null;
  /** Layers that both have and that could not be compared: not finite, not readable, or computing failed. */
  readonly leftOutLayers: number;
  /** The ids of the jobs that some layers wait for, each once. */
  readonly pendingJobs: readonly string[];
}

const LEFT_OUT: readonly (UndefinedReason | null)[] = ["NOT_FINITE", "UNREADABLE", "COMPUTE_FAILED"];

/** Summarises the layers of one comparison. */
export function similaritySummary(layers: readonly LayerSimilarity[]): SimilaritySummary {
  const pendingJobs = [...new Set(layers.flatMap(({ pendingJob }) => pendingJob ?? []))];
  const cosines = meanAndRange(layers.map(({ cosineSimilarity }) => cosineSimilarity));
  const known = pendingJobs.length === 0 ? cosines : undefined;
  const starts = pendingJobs.length === 0 ? meanAndRange(layers.map(({ initialCosine }) => initialCosine)) : undefined;
  return {
    mean: known?.mean ?? null,
    min: known?.min ?? null,
    max: known?.max ?? null,
    comparedLayers: cosines?.n ?? 0,
    initialCosine: starts?.mean ?? null,
    sharedStart: starts === undefined ? null : starts.mean >= SHARED_START_COSINE,
    leftOutLayers: layers.filter(({ undefinedReason }) => LEFT_OUT.includes(undefinedReason)).length,
    pendingJobs,
  };
}
