import { gapsOverSeeds, type LayerGaps } from "../../derive/sensitivity/gaps-over-seeds.js";
import { layerSeedTest, type LayerSeedTest } from "../../derive/sensitivity/layer-seed-test.js";
import type { LayerWeightGap } from "../../model/layer-sensitivity.js";
import { measure, unavailable, type MeasureRequest, type Measurement } from "../behaviour/measure.js";
import { quantizedPairs } from "../behaviour/quantized-pairs.js";
import type { RankRunsRequest } from "../behaviour/rank-runs.js";
import type { AnalysisContext } from "../request/analysis-context.js";

/** The changes by quantization in the weights of each linear layer at a rank, over the pairs of seeds. */
interface WeightGap {
  /** Number of pairs of equal seeds at the rank, of which at most the first ten are compared. */
  readonly available: number;
  readonly pairs: readonly {
    readonly seed: number | null;
    readonly measured: Measurement<readonly LayerWeightGap[]>;
  }[];
  /** The largest fair gap first. Empty while a pair is missing. */
  readonly layers: readonly LayerGaps[];
  /** Whether layers differ by more than seeds; null for fewer than two seeds, and while a pair is missing. */
  readonly test: LayerSeedTest | null;
}

/** Returns the measurement of a pair's gap. It needs no items, and has no intervals over items. */
export function gapRequest(waitMilliseconds: number): MeasureRequest<"WEIGHT_GAP"> {
  return { kind: "WEIGHT_GAP", set: null, options: {}, summary: { confidence: 0.95 }, waitMilliseconds };
}

/** Computes the gaps of the weights of the pairs of baseline and candidate of equal seeds at a rank. */
export async function weightGap(
  context: AnalysisContext,
  { waitMilliseconds, ...requested }: RankRunsRequest & { readonly waitMilliseconds: number },
): Promise<WeightGap> {
  const { pairs: quantized, available } = await quantizedPairs(context, requested);
  const request = gapRequest(waitMilliseconds);
  const pairs = await Promise.all(
    quantized.map(async ({ seed, baseline, candidate, problem }) => ({
      seed,
      measured: problem === null ? await measure(context, [baseline, candidate], request) : unavailable(problem),
    })),
  );
  const summaries = pairs.flatMap(({ measured: { summary } }) => (summary === null ? [] : [summary]));
  if (summaries.length < pairs.length) return { available, pairs, layers: [], test: null };
  const layers = gapsOverSeeds(summaries);
  return { available, pairs, layers, test: layerSeedTest({ layers }) ?? null };
}
