import { peftPatterns, type PeftPatterns } from "../../derive/sensitivity/peft-patterns.js";
import { allocateRanks, type AllocationLayer } from "../../derive/sensitivity/rank-allocation.js";
import type { RunSettings } from "../../derive/runs/run-settings.js";
import type { ComparedLayer } from "../similarity/compare-layers.js";
import type { StudySimilarity } from "../similarity/similarity-loader.js";

/** Ranks by layer within a budget of parameters, or the reason why there are none. */
export interface StudyAllocation {
  readonly reason: string | null;
  /** Parameters that may be spent; null where it is not known. */
  readonly budget: number | null;
  readonly parameters: number | null;
  readonly layers: LayerAllocation[];
  /** The most frequent rank: layers without a pattern have it. */
  readonly r: number | null;
  readonly loraAlpha: number | null;
  readonly rankPattern: PatternEntry[];
  readonly alphaPattern: PatternEntry[];
  /** JSON for PEFT's `LoraConfig(**...)`. */
  readonly peft: string | null;
}

/** The rank of one layer, and the score by which it was chosen. */
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

/** What an allocation may spend, and how. */
export interface AllocationAsked {
  /** Parameters; undefined takes `relativeBudget`. */
  readonly parameters: number | undefined;
  /** Of what the compared rank has in every layer. */
  readonly relativeBudget: number;
  readonly allowedRanks: readonly number[];
  readonly keepScale: boolean;
}

/** Spends a budget of parameters by the similarity at one rank; `settings` are the candidate's. */
export function rankAllocationOf(
  { similarity, layers, candidate }: StudySimilarity,
  settings: RunSettings | undefined,
  asked: AllocationAsked,
): StudyAllocation {
  const adapted = layers.filter(({ right }) => right !== undefined);
  const scored = adapted.flatMap((entry) => scoreOf(entry));
  const refused = whyNot(similarity, candidate?.name, adapted, scored.length);
  if (refused !== undefined) return none(refused, null);
  const uniform = scored.reduce((sum, { cost }) => sum + similarity.rank * cost, 0);
  const budget = Math.floor(asked.parameters ?? asked.relativeBudget * uniform);
  const allocation = allocateRanks(scored, { budget, allowedRanks: asked.allowedRanks });
  if (allocation === undefined) {
    return none(
      `${budget} parameters do not hold rank ${asked.allowedRanks[0]} in all ${scored.length} layers`,
      budget,
    );
  }
  const adapter = settings?.adapter;
  // Without the run's alpha only ranks can be given.
  const scale = adapter
    ? { r: adapter.r, loraAlpha: adapter.loraAlpha, useRslora: adapter.useRslora, keepScale: asked.keepScale }
    : { r: similarity.rank, loraAlpha: 0, useRslora: false, keepScale: false };
  const patterns = peftPatterns(allocation.ranks, scale);
  return {
    ...{ reason: null, budget, parameters: allocation.parameters, r: patterns.r },
    layers: scored.map(({ layer, sensitivity: score }, i): LayerAllocation => {
      return { layer, score, rank: allocation.ranks[i]?.rank ?? patterns.r };
    }),
    loraAlpha: adapter ? patterns.loraAlpha : null,
    rankPattern: entries(patterns.rankPattern),
    alphaPattern: entries(patterns.alphaPattern),
    peft: JSON.stringify(peftFields(patterns, adapter != null)),
  };
}

function none(reason: string, budget: number | null): StudyAllocation {
  const nothing = { parameters: null, r: null, loraAlpha: null, peft: null };
  return { reason, budget, ...nothing, layers: [], rankPattern: [], alphaPattern: [] };
}

type Scored = AllocationLayer & { readonly layer: ComparedLayer["layer"]; readonly cost: number };

function scoreOf({ layer, similarity: { cosineSimilarity } }: ComparedLayer): Scored[] {
  if (cosineSimilarity === null) return [];
  const { name, inFeatures, outFeatures } = layer;
  const sensitivity = 1 - cosineSimilarity;
  return [{ layer, name, inFeatures, outFeatures, sensitivity, cost: inFeatures + outFeatures }];
}

/** Why sensitivities are not known, or say nothing of quantization; undefined where they can be spent by. */
function whyNot(
  { rank, sharedStart, pendingJobs, initialCosine }: StudySimilarity["similarity"],
  candidate: string | undefined,
  adapted: readonly ComparedLayer[],
  scored: number,
): string | undefined {
  if (pendingJobs.length > 0)
    return `the weights at r = ${rank} are still being compared (jobs ${pendingJobs.join(", ")})`;
  if (scored === 0) return `no layer could be compared at r = ${rank}`;
  if (sharedStart === false) {
    return `the runs at r = ${rank} started from different A (cosine ${initialCosine?.toFixed(2)}): their sensitivities are not those of quantization`;
  }
  const without = adapted.filter(({ similarity }) => similarity.cosineSimilarity === null);
  if (without.length === 0) return undefined;
  const names = without.map(({ layer, similarity }) => `${layer.name} (${similarity.undefinedReason})`).join(", ");
  return `${candidate ?? "the candidate"} adapts layers whose sensitivity is not known: ${names}`;
}

function entries(pattern: Readonly<Record<string, number>>): PatternEntry[] {
  return Object.entries(pattern).map(([key, value]) => ({ key, value }));
}

function peftFields({ r, loraAlpha, rankPattern, alphaPattern }: PeftPatterns, isAlphaKnown: boolean) {
  const ranks = { r, rank_pattern: rankPattern };
  return isAlphaKnown ? { ...ranks, lora_alpha: loraAlpha, alpha_pattern: alphaPattern } : ranks;
}
