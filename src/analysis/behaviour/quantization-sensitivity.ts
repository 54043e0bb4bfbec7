import type { LayerKl } from "../../derive/behaviour/summarize-sensitivities.js";
import { layerSeedTest, type LayerSeedTest } from "../../derive/sensitivity/layer-seed-test.js";
import { layersOverSeeds, type LayerOverSeeds } from "../../derive/sensitivity/layers-over-seeds.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { measure, unavailable, type Measurement } from "./measure.js";
import { quantizedPairs } from "./quantized-pairs.js";
import type { MeasuredRankRequest } from "./rank-runs.js";

/** How sensitive the layers are to quantization at a rank, measured over the pairs of seeds. */
export interface QuantizationSensitivity {
  /** Number of pairs of equal seeds at the rank. */
  readonly available: number;
  /** The measurement of each pair of seeds, at most the first ten. */
  readonly pairs: readonly SensitivityPair[];
  /** The most sensitive layer first. Empty while a pair is missing. */
  readonly layers: readonly LayerOverSeeds[];
  /** Whether layers differ by more than seeds; null for fewer than two seeds, and while a pair is missing. */
  readonly test: LayerSeedTest | null;
}

export interface SensitivityPair {
  readonly seed: number | null;
  readonly measured: Measurement<readonly LayerKl[]>;
}

/**
 * Measures KL(p_ref || p_ref[l <- Q_l + dW_q]) of each layer l for the pairs of baseline and candidate of equal seeds at a rank.
 * The reference is the baseline, which must be trained on the full-precision base.
 */
export async function quantizationSensitivity(
  context: AnalysisContext,
  { set, confidence, waitMilliseconds, ...requested }: MeasuredRankRequest,
): Promise<QuantizationSensitivity> {
  const { pairs: quantized, available } = await quantizedPairs(context, requested);
  const pairs = await Promise.all(
    quantized.map(async ({ seed, baseline, candidate, problem }): Promise<SensitivityPair> => {
      if (problem !== null) return { seed, measured: unavailable(problem) };
      const request = { kind: "SENSITIVITY", set, options: {}, summary: { confidence }, waitMilliseconds } as const;
      return { seed, measured: await measure(context, [baseline, candidate], request) };
    }),
  );
  const summaries = pairs.flatMap(({ measured: { summary } }) => (summary === null ? [] : [summary]));
  if (summaries.length < pairs.length) return { available, pairs, layers: [], test: null };
  const layers = layersOverSeeds(summaries);
  return { available, pairs, layers, test: layerSeedTest({ layers }) ?? null };
}
