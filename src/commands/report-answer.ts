import type { Sensitivity, Trend } from "./report-sensitivity.js";

export type Maybe = number | null;

/** The answer of the report's query (report-query.ts). */
export interface Diagnosis {
  slug: string;
  name: string;
  baseModel: string | null;
  experiments: { totalCount: number; nodes: ReportedExperiment[] };
  layers: { name: string }[];
  ranks: { r: number; degradation: Degradation }[];
  roles: { baseline: string; candidate: string; because: string } | null;
  minimumViableRank: {
    rank: Maybe;
    bound: string;
    leastAcceptableRank: Maybe;
    reason: string;
    inconclusiveRanks: number[];
    range: { least: Maybe; greatest: Maybe };
  };
  notebook: { id: string; verdict: string; because: string }[];
  sensitivityMap: Sensitivity;
  rankTrends: Trend[];
  hypotheses: Hypothesis[];
  paretoFrontier: { experiment: { name: string }; x: number; y: number; dominated: boolean }[];
  failureModes: FailureMode[];
  recommendation: { experiment: { name: string } | null; because: string };
}

export interface ReportedExperiment {
  name: string;
  method: string;
  quantization: { label: string };
  trainingLoss: Maybe;
  evalLoss: Maybe;
  peakMemoryMb: Maybe;
  timePerStepSeconds: Maybe;
  trainingTimeSeconds: Maybe;
  hasWeights: boolean;
  /** Training loss as logged, thinned; null where it was not. */
  loss: { values: Maybe[] } | null;
}

interface Degradation {
  percent: Maybe;
  verdict: string;
  interval: { low: number; high: number; confidence: number } | null;
  intervalMethod: string | null;
  test: { p: number } | null;
  baseline: { mean: number } | null;
  candidate: { mean: number } | null;
  reason: string | null;
}

export interface FailureMode {
  kind: string;
  severity: string;
  symptom: string;
  cause: string;
  mitigation: string;
  evidence: { label: string; value: Maybe; unit: string }[];
}

export interface Hypothesis {
  id: string;
  statement: string;
  verdict: string;
  because: string;
  evidence: { label: string; value: Maybe; unit: string }[];
  confounds: { severity: string; message: string }[];
}

/** What the report knows of one rank beyond its degradation. */
export interface RankDetail {
  r: number;
  similarity: {
    mean: Maybe;
    min: Maybe;
    max: Maybe;
    comparedLayers: number;
    sharedStart: boolean | null;
    initialCosine: Maybe;
    computed: { provider: string; precision: string; seconds: number; cached: boolean } | null;
    layers: LayerLine[];
  };
  summary: {
    baselineMemoryMb: Maybe;
    candidateMemoryMb: Maybe;
    memoryReductionPercent: Maybe;
    baselineTimePerStepSeconds: Maybe;
    candidateTimePerStepSeconds: Maybe;
    speedup: Maybe;
  };
}

interface LayerLine {
  layer: { name: string };
  cosineSimilarity: Maybe;
  l2Distance: Maybe;
  relativeDifference: Maybe;
  undefinedReason: string | null;
  undefinedDetail: string | null;
}
