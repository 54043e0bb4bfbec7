import { standardErrorName, type EvaluationRecord } from "../../model/evaluations.js";
import type { EvaluationValue, LoggedCurve, MetricReading, RunEvidence } from "../formats/evidence.js";
import type { Setting } from "../settings/setting.js";
import type { SettingSource } from "../settings/setting-sources.js";

/** A setting with the file that states it and the trust in it. */
export interface SourcedSetting extends Setting {
  readonly source: SettingSource;
  /** Relative to the study's folder; the empty string if no file states it. */
  readonly file: string;
}

export interface SourcedMetric extends MetricReading {
  readonly file: string;
}

export interface SourcedCurve extends LoggedCurve {
  readonly file: string;
}

/** Settings, metrics, curves and evaluations of one run, from all files that describe it. */
export interface GatheredEvidence {
  readonly settings: SourcedSetting[];
  readonly metrics: SourcedMetric[];
  readonly curves: SourcedCurve[];
  readonly evaluations: EvaluationRecord[];
}

export function noEvidence(): GatheredEvidence {
  return { settings: [], metrics: [], curves: [], evaluations: [] };
}

/** Adds evidence of one file to what is gathered. Evidence of other kinds is left to the caller. */
export function gatherEvidence(gathered: GatheredEvidence, evidence: RunEvidence, file: string): void {
  switch (evidence.kind) {
    case "settings":
      for (const setting of evidence.settings) gathered.settings.push({ ...setting, source: evidence.source, file });
      break;
    case "metrics":
      for (const metric of evidence.metrics) gathered.metrics.push({ ...metric, file });
      break;
    case "curves":
      for (const curve of evidence.curves) gathered.curves.push({ ...curve, file });
      break;
    case "evaluations":
      for (const evaluation of evidence.evaluations) gathered.evaluations.push({ ...evaluation, source: file });
      for (const metric of metricsOfEvaluations(evidence.evaluations)) gathered.metrics.push({ ...metric, file });
      break;
    case "adapterConfig":
    case "runAdapterConfig":
    case "trainingLog":
    case "adapterWeights":
    case "weightShard":
    case "restarts":
    case "refusal":
    case "damage":
  }
}

/** Returns an evaluation's results as metrics of the run: `mmlu/acc`, and its standard error as `mmlu/acc_stderr`. */
export function metricsOfEvaluations(evaluations: readonly EvaluationValue[]): MetricReading[] {
  return evaluations.flatMap(({ name, value, standardError }) => {
    const metric = { name, value, step: null };
    if (standardError === null) return [metric];
    return [metric, { name: standardErrorName(name), value: standardError, step: null }];
  });
}
