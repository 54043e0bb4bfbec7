import type { RunSettings } from "../../derive/runs/run-settings.js";
import type { RankSensitivity } from "../../derive/sensitivity/layer-seed-test.js";
import { peftPatterns, type PeftPatterns } from "../../derive/sensitivity/peft-patterns.js";
import { allocateRanks, type AllocationLayer } from "../../derive/sensitivity/rank-allocation.js";
import type { ComparedLayer } from "../similarity/compare-layers.js";
import type { StudySimilarity } from "../similarity/similarity-loader.js";

/** The ranks of layers within a budget of parameters, or the reason why there are none. */
export interface StudyAllocation {
  readonly reason: string | null;
  /** The kind of score; null without an allocation. */
  readonly basis: RankSensitivity["basis"] | null;
  /** Where the scores come from; null without an allocation. */
  readonly origin: string | null;
  /** Maximum number of parameters; null where it is unknown. */
  readonly budget: number | null;
  readonly parameters: number | null;
  readonly layers: LayerAllocation[];
  /** The most frequent rank, which layers without a pattern have. */
  readonly r: number | null;
  readonly loraAlpha: number | null;
  readonly rankPattern: PatternEntry[];
  readonly alphaPattern: PatternEntry[];
  /** JSON for PEFT's `LoraConfig(**...)`. */
  readonly peft: string | null;
}

/** The rank of one layer, and the score that it was allocated by. */
export interface LayerAllocation {
  readonly layer: ComparedLayer["layer"];
  readonly score: number;
  readonly rank: number;
}

/** An entry of PEFT's `rank_pattern` or `alpha_pattern`. */
export interface PatternEntry {
  readonly key: string;
  readonly value: number;
}

interface AllocationOptions {
  /** Maximum number of parameters; undefined uses `relativeBudget`. */
  readonly parameters: number | undefined;
  /** The budget as a share of the parameters that the compared rank has in all layers. */
  readonly relativeBudget: number;
  readonly allowedRanks: readonly number[];
  readonly keepScale: boolean;
}

/** The sensitivities that ranks are allocated by. */
export interface AllocationScores {
  /** The kind of score; null without one. */
  readonly basis: RankSensitivity["basis"] | null;
  /** Where the scores come from, or why there are none and how to compute them, in one or more sentences. */
  readonly origin: string;
  /** Returns the score of a layer by its name; undefined where it is unknown. */
  readonly scoreOf: (name: string) => number | undefined;
}

/**
 * Allocates ranks by the measured sensitivities of the layers. Without them there is no allocation: the divergence of the
 * updates does not measure sensitivity.
 *
 * @param settings of the candidate
 */
export function allocateStudyRanks(
  { similarity, layers, candidate }: StudySimilarity,
  settings: RunSettings | undefined,
  options: AllocationOptions,
  sensitivities: AllocationScores,
): StudyAllocation {
  const adapted = layers.filter((layer) => layer.candidate !== undefined);
  const comparedCount = adapted.filter(({ similarity: { cosineSimilarity } }) => cosineSimilarity !== null).length;
  const obstacle = allocationObstacle({
    similarity,
    candidate: candidate?.name,
    adapted,
    comparedCount,
    sensitivities,
  });
  const scored = adapted.flatMap((layer) => scoredLayer(layer, sensitivities) ?? []);
  if (obstacle !== undefined) return noAllocation(obstacle, null);
  const uniformParameters = scored.reduce((sum, { cost }) => sum + similarity.rank * cost, 0);
  const budget = Math.floor(options.parameters ?? options.relativeBudget * uniformParameters);
  const allocation = allocateRanks(scored, { budget, allowedRanks: options.allowedRanks });
  if (allocation === undefined) {
    const minimum = options.allowedRanks[0];
    return noAllocation(`${budget} parameters do not hold rank ${minimum} in all ${scored.length} layers`, budget);
  }
  const adapter = settings?.adapter;
  const patterns = peftPatterns(allocation.ranks, {
    r: adapter?.r ?? similarity.rank,
    loraAlpha: adapter?.loraAlpha ?? 0,
    useRslora: adapter?.useRslora ?? false,
    // Without the run's alpha only ranks can be given.
    keepScale: adapter != null && options.keepScale,
  });
  return {
    reason: null,
    basis: sensitivities.basis,
    origin: sensitivities.origin,
    budget,
    parameters: allocation.parameters,
    layers: scored.map(({ layer, sensitivity }, i) => ({
      layer,
      score: sensitivity,
      rank: allocation.ranks[i]?.rank ?? patterns.r,
    })),
    r: patterns.r,
    loraAlpha: adapter == null ? null : patterns.loraAlpha,
    rankPattern: patternEntries(patterns.rankPattern),
    alphaPattern: patternEntries(patterns.alphaPattern),
    peft: JSON.stringify(peftFields(patterns, adapter != null)),
  };
}

function noAllocation(reason: string, budget: number | null): StudyAllocation {
  return {
    reason,
    basis: null,
    origin: null,
    budget,
    parameters: null,
    layers: [],
    r: null,
    loraAlpha: null,
    rankPattern: [],
    alphaPattern: [],
    peft: null,
  };
}

interface ScoredLayer extends AllocationLayer {
  readonly layer: ComparedLayer["layer"];
  /** Parameters of each rank. */
  readonly cost: number;
}

/** Returns the layer with its sensitivity; undefined where it was not measured. */
function scoredLayer({ layer }: ComparedLayer, { scoreOf }: AllocationScores): ScoredLayer | undefined {
  const sensitivity = scoreOf(layer.name);
  if (sensitivity === undefined) return undefined;
  const { name, inFeatures, outFeatures } = layer;
  return {
    layer,
    name,
    inFeatures,
    outFeatures,
    sensitivity,
    cost: inFeatures + outFeatures,
  };
}

interface AllocationSubject {
  readonly similarity: StudySimilarity["similarity"];
  /** Name of the candidate's run. */
  readonly candidate: string | undefined;
  readonly adapted: readonly ComparedLayer[];
  /** Number of adapted layers with a cosine. */
  readonly comparedCount: number;
  readonly sensitivities: AllocationScores;
}

/** Returns why ranks cannot be allocated: sensitivities are unknown, or not caused by quantization. */
function allocationObstacle(subject: AllocationSubject): string | undefined {
  const { candidate, adapted, comparedCount, sensitivities } = subject;
  const { rank, sharedStart, pendingJobs, initialCosine } = subject.similarity;
  if (pendingJobs.length > 0) {
    return `the weights at r = ${rank} are still being compared (jobs ${pendingJobs.join(", ")})`;
  }
  if (comparedCount === 0) return `no layer could be compared at r = ${rank}`;
  if (sharedStart === false) {
    return `the runs at r = ${rank} started from different A (cosine ${initialCosine?.toFixed(2)}): their sensitivities are not those of quantization`;
  }
  if (sensitivities.basis === null) {
    return `${sensitivities.origin} The divergence of the updates (1 - cosine) is no measure of sensitivity.`;
  }
  const unscored = adapted.filter(({ layer }) => sensitivities.scoreOf(layer.name) === undefined);
  if (unscored.length === 0) return undefined;
  const names = unscored.map(({ layer }) => layer.name).join(", ");
  return `${candidate ?? "the candidate"} adapts layers whose sensitivity is not known: ${names}`;
}

function patternEntries(pattern: Readonly<Record<string, number>>): PatternEntry[] {
  return Object.entries(pattern).map(([key, value]) => ({ key, value }));
}

function peftFields(
  { r, loraAlpha, rankPattern, alphaPattern }: PeftPatterns,
  isAlphaKnown: boolean,
): Record<string, unknown> {
  const ranks = { r, rank_pattern: rankPattern };
  return isAlphaKnown ? { ...ranks, lora_alpha: loraAlpha, alpha_pattern: alphaPattern } : ranks;
}
