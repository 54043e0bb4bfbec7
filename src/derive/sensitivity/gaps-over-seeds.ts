import type { LayerWeightGap } from "../../model/layer-sensitivity.js";
import { meanOf } from "../statistics/sample.js";
import { layersOverSeeds, type LayerOverSeeds } from "./layers-over-seeds.js";
import { relativeGap } from "./measured-sensitivities.js";

/** The fair gap of a layer over seeds, and the norms of its weights. Norms are Frobenius norms. */
export interface LayerGaps extends LayerOverSeeds {
  /** |W|. */
  readonly weightNorm: number;
  /** |W - Q(W)| / |W|; null for a weight of zeros. */
  readonly relativeQuantizationError: number | null;
  /** Mean over the seeds of |dW| / |W| of the baseline and of the candidate; null for a weight of zeros. */
  readonly relativeBaselineUpdate: number | null;
  readonly relativeCandidateUpdate: number | null;
}

/** Returns the layers that every seed has, the largest fair gap first. */
export function gapsOverSeeds(seeds: readonly (readonly LayerWeightGap[])[]): LayerGaps[] {
  const gaps = new Map<string, LayerWeightGap[]>();
  for (const one of seeds.flat()) gaps.set(one.layer, [...(gaps.get(one.layer) ?? []), one]);
  const rows = layersOverSeeds(
    seeds.map((layers) => layers.map((one) => ({ layer: one.layer, mean: relativeGap(one) }))),
  );
  return rows.map((row) => {
    const ofLayer = gaps.get(row.layer) ?? [];
    const weightNorm = ofLayer[0]?.weightNorm ?? NaN;
    const relative = (norm: (one: LayerWeightGap) => number) =>
      weightNorm > 0 ? meanOf(ofLayer.map(norm)) / weightNorm : null;
    return {
      ...row,
      weightNorm,
      relativeQuantizationError: relative(({ quantizationError }) => quantizationError),
      relativeBaselineUpdate: relative(({ baselineUpdateNorm }) => baselineUpdateNorm),
      relativeCandidateUpdate: relative(({ candidateUpdateNorm }) => candidateUpdateNorm),
    };
  });
}
