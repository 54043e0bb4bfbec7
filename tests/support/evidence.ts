import { degradationByRank } from "#src/derive/degradation/degradation.js";
import type { FailureEvidence } from "#src/derive/failure-modes/failure-mode-rule.js";
import { rankSimilarity } from "#src/derive/similarity/rank-similarity.js";
import { inferRoles } from "#src/derive/runs/resolve-roles.js";
import type { Run } from "#src/derive/runs/comparison-roles.js";
import type { RunSettings } from "#src/derive/runs/run-settings.js";
import { layerSimilarity, type LayerSimilarity } from "#src/derive/similarity/layer-similarity.js";
import { runs } from "./runs.js";

export const RULE = {
  metric: "training_loss",
  thresholdPercent: 5,
  twoSided: false,
  similarityThreshold: 0.95,
  sensitivitySpread: 0.05,
};

/** Returns the similarity of two updates of norm 1 with the given cosines of the updates and of A. */
export function similar(cosine: number, initialCosine = 0.97): LayerSimilarity {
  const facts = {
    innerProduct: cosine,
    baselineSquaredNorm: 1,
    candidateSquaredNorm: 1,
    squaredDistance: 2 - 2 * cosine,
  };
  return layerSimilarity({ ...facts, initialCosine }, 1, 1);
}

export interface EvidenceRank {
  readonly percent: number;
  readonly cosines: readonly number[];
  /** cos(A) */
  readonly start?: number;
}

/** A study in which each rank has losses 2 and 2 (1 + percent / 100), layer cosines, and cos(A). */
export function evidence(ranks: Record<number, EvidenceRank>, rest: Partial<FailureEvidence> = {}): FailureEvidence {
  const entries = Object.entries(ranks).map(([r, entry]) => ({ r: Number(r), ...entry }));
  const all = runs(
    entries.flatMap(({ r, percent }) => [
      ["16bit", 16, r, { training_loss: 2 }] as const,
      ["4bit", 4, r, { training_loss: 2 * (1 + percent / 100) }] as const,
    ]),
  );
  return evidenceOf(all, {
    similarities: entries.map(({ r, cosines, start }) =>
      rankSimilarity(
        r,
        cosines.map((cosine, i) => ({ layer: { name: `layer ${i}`, index: i }, similarity: similar(cosine, start) })),
      ),
    ),
    ...rest,
  });
}

/** Returns the evidence of `all`. Weights, settings and curves are unknown unless `rest` provides them. */
export function evidenceOf(all: readonly Run[], rest: Partial<FailureEvidence> = {}): FailureEvidence {
  return {
    runs: all,
    roles: inferRoles(all),
    degradations: degradationByRank(all, RULE),
    similarities: [],
    noiseFloors: [],
    settings: new Map(),
    curves: new Map(),
    spectra: [],
    ...rest,
  };
}

/** Settings of a run whose adapter has alpha 16 and nothing unusual. */
export function settingsOf(
  { id, name, rank, seed, steps, method, quantization }: Run,
  rest: Partial<RunSettings> = {},
): [string, RunSettings] {
  const adapter = {
    r: rank,
    loraAlpha: 16,
    useRslora: false,
    useDora: false,
    fanInFanOut: false,
    loraDropout: 0,
    bias: "none",
    targetModules: ["c_attn"],
    rankPattern: {},
    alphaPattern: {},
    initLoraWeights: "true",
    revision: null,
    taskType: "CAUSAL_LM",
  };
  return [
    id,
    {
      name,
      rank,
      seed,
      steps,
      method,
      adapter,
      quantization: { ...quantization, scheme: null },
      numSamples: 5000,
      peakLearningRate: 2e-4,
      baseModel: "tiny",
      checkpointStep: 1000,
      uncompared: [],
      ...rest,
    },
  ];
}
