import type { RankFacts, SeedFacts } from "../../derive/sensitivity/measured-sensitivities.js";
import type { LayerWeightGap } from "../../model/layer-sensitivity.js";
import { behaviourSubject, measure } from "../behaviour/measure.js";
import type { QuantizedPairs } from "../behaviour/quantized-pairs.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { gapRequest } from "./weight-gap.js";

/** The gaps of the weights at a rank. */
export interface RankGaps extends Omit<RankFacts<LayerWeightGap>, "pairs"> {
  /** Null while a pair is missing, and if there is no pair. */
  readonly pairs: readonly SeedFacts<LayerWeightGap>[] | null;
  readonly pendingJobs: readonly string[];
  /** Why there are no gaps, in one or more sentences. Null if there are, or if a job computes them. */
  readonly reason: string | null;
  /** Keys of the facts. */
  readonly keys: readonly string[];
}

interface GapOptions {
  /** Whether missing gaps are computed. */
  readonly isComputed: boolean;
  readonly waitMilliseconds: number;
}

/** Loads the gaps of the weights of each rank, over its pairs of seeds. Pairs that cannot be compared are left out. */
export function weightGapsAt(
  context: AnalysisContext,
  byRank: readonly (QuantizedPairs & { readonly rank: number })[],
  options: GapOptions,
): Promise<RankGaps[]> {
  return Promise.all(byRank.map((ofRank) => gapsOfRank(context, ofRank, options)));
}

async function gapsOfRank(
  context: AnalysisContext,
  { rank, pairs, available }: QuantizedPairs & { readonly rank: number },
  { isComputed, waitMilliseconds }: GapOptions,
): Promise<RankGaps> {
  const compared = pairs.flatMap((pair) => (pair.problem === null ? [pair] : []));
  const base = { rank, available };
  const none = { ...base, pairs: null, pendingJobs: [], reason: null, keys: [] };
  if (compared.length === 0) return none;
  if (!isComputed) {
    const stored = await Promise.all(
      compared.map(({ served }) => context.loaders.behaviour.find(behaviourSubject("WEIGHT_GAP", served, null, {}))),
    );
    if (stored.some((fact) => fact === undefined)) {
      return {
        ...none,
        reason: `The base model is large: request weightGap(rank: ${rank}) for the gap of its weights.`,
      };
    }
  }
  const request = gapRequest(waitMilliseconds);
  const measured = await Promise.all(
    compared.map(async ({ seed, baseline, candidate }) => ({
      seed,
      ...(await measure(context, [baseline, candidate], request)),
    })),
  );
  const keys = measured.flatMap(({ facts }) => facts.map(({ key }) => key));
  // A job that no worker takes would be waited for in vain.
  const reasons = measured.flatMap(({ reason }) => reason ?? []);
  if (reasons.length > 0) return { ...none, keys, reason: [...new Set(reasons)].join(" ") };
  const pendingJobs = [...new Set(measured.flatMap(({ pendingJob }) => pendingJob ?? []))];
  if (pendingJobs.length > 0) return { ...none, keys, pendingJobs };
  const found = measured.flatMap(({ seed, summary }) => (summary === null ? [] : [{ seed, layers: summary }]));
  return { ...base, pairs: found, pendingJobs: [], reason: null, keys };
}
