import type { Method } from "./enums/run.js";
import type { ContradictedMetric, Finding, MetricRecord, SettingCandidate } from "./records.js";

/** Preview of an import, which stores nothing. */
export interface ImportPreview {
  readonly studies: readonly StudySummary[];
  readonly findings: readonly Finding[];
  /** Sources of one run's values; null unless one was requested. */
  readonly explanation: RunExplanation | null;
}

/** A study of an import, without its values. */
export interface StudySummary {
  readonly slug: string;
  readonly name: string;
  readonly baseModel: string | null;
  /** Number of adapted layers. */
  readonly layers: number;
  readonly runs: readonly RunSummary[];
}

/** The content of one run in numbers. */
export interface RunSummary {
  readonly name: string;
  readonly method: Method;
  readonly quantization: string;
  readonly bits: number | null;
  readonly rank: number | null;
  readonly seed: number | null;
  /** Checkpoints with weights. */
  readonly checkpoints: number;
  readonly curves: number;
  /** Names of the metrics. */
  readonly metrics: readonly string[];
  readonly settings: number;
  /** Settings that no file states: read from a name, or assumed. */
  readonly uncertain: readonly string[];
}

/** The sources of one run's values. */
export interface RunExplanation {
  readonly run: string;
  readonly summary: RunSummary;
  /** Ordered by name. The kept value of a setting comes before its other values. */
  readonly settings: readonly SettingCandidate[];
  readonly metrics: readonly MetricRecord[];
  readonly contradictedMetrics: readonly ContradictedMetric[];
  readonly curves: readonly { readonly name: string; readonly points: number }[];
  readonly checkpoints: readonly {
    readonly step: number | null;
    readonly isFinal: boolean;
    readonly folders: readonly string[];
  }[];
}
