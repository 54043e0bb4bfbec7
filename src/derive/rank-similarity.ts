import { spread, type LayerSimilarity } from "./similarity.js";

/** Below this mean cos(A1, A2), two runs are taken to have started from different A: shared starts measure above 0.9. */
export const SHARED_START_COSINE = 0.5;

/** The similarity of a baseline and a candidate at one rank, over all layers of the study. */
export interface RankSimilarity<Layer> {
  readonly rank: number;
  readonly layers: readonly { readonly layer: Layer; readonly similarity: LayerSimilarity }[];
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
}

/** Summarises the layers of one rank. */
export function rankSimilarity<Layer>(
  rank: number,
  layers: readonly { layer: Layer; similarity: LayerSimilarity }[],
): RankSimilarity<Layer> {
  const cosines = spread(layers.map(({ similarity }) => similarity.cosineSimilarity));
  const initialCosine = spread(layers.map(({ similarity }) => similarity.initialCosine))?.mean ?? null;
  return {
    rank,
    layers,
    mean: cosines?.mean ?? null,
    min: cosines?.min ?? null,
    max: cosines?.max ?? null,
    comparedLayers: cosines?.n ?? 0,
    initialCosine,
    sharedStart: initialCosine === null ? null : initialCosine >= SHARED_START_COSINE,
  };
}
