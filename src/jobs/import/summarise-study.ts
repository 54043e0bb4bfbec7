import type { RunSummary, StudySummary } from "../../model/import-preview.js";
import type { ExperimentRecord, StudyRecord } from "../../model/records.js";

/** Returns a study's runs in numbers. */
export function summariseStudy(
  { baseModel, layers, experiments }: StudyRecord,
  { slug, name }: { readonly slug: string; readonly name: string },
): StudySummary {
  return { slug, name, baseModel, layers: layers.length, runs: experiments.map(summariseRun) };
}

/** Returns a run in numbers. */
export function summariseRun(experiment: ExperimentRecord): RunSummary {
  const { name, method, quantization, rank, seed, checkpoints, series, metrics, settings } = experiment;
  return {
    name,
    method,
    quantization: quantization.label,
    bits: quantization.bits,
    rank,
    seed,
    checkpoints: checkpoints.length,
    curves: series.length,
    metrics: metrics.map((metric) => metric.name),
    settings: settings.length,
    uncertain: settings.filter(({ certainty }) => certainty !== "STATED").map(({ field }) => field),
  };
}
