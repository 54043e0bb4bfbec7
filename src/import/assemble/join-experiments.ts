import path from "node:path";
import type { ExperimentRecord, MetricRecord, Quantization } from "../../model/records.js";
import type { Findings } from "../findings.js";
import type { TableReading } from "./join-tables.js";
import type { RunReading } from "./read-run.js";
import type { Reading, ReadingMerger } from "./reading-merger.js";
import { methodOf, quantizationInName, quantizationOf, rankInName, seedInName } from "./run-labels.js";

/**
 * Joins runs with the table rows of the same experiments, sorted by rank, bits (most first) and name. A row belongs to the
 * run of its name, or to the only run whose path ends with it.
 */
export function joinExperiments(
  runs: readonly RunReading[],
  rows: ReadonlyMap<string, TableReading>,
  findings: Findings,
  merger: ReadingMerger,
): ExperimentRecord[] {
  const withoutRun = new Map(rows);
  const runsByLastPart = new Map<string, number>();
  for (const run of runs) runsByLastPart.set(lastPart(run), (runsByLastPart.get(lastPart(run)) ?? 0) + 1);
  const experiments: ExperimentRecord[] = [];
  for (const run of runs) {
    const isOnlyRun = runsByLastPart.get(lastPart(run)) === 1;
    const row = rows.get(run.name) ?? (isOnlyRun ? rows.get(lastPart(run)) : undefined);
    if (row !== undefined) withoutRun.delete(row.experiment);
    const experiment = experimentOf(run.name, run, row, findings, merger);
    if (experiment !== undefined) experiments.push(experiment);
  }
  for (const [name, row] of withoutRun) {
    const experiment = experimentOf(name, undefined, row, findings, merger);
    if (experiment !== undefined) experiments.push(experiment);
  }
  reportDiverged(experiments, findings);
  return experiments.sort(compareExperiments);
}

/** Reports every run with a metric that is NaN or infinite. */
function reportDiverged(experiments: readonly ExperimentRecord[], findings: Findings): void {
  for (const { name, metrics } of experiments) {
    const nonFinite = metrics.filter(({ value }) => !Number.isFinite(value));
    if (nonFinite.length === 0) continue;
    const values = nonFinite.map(({ name: metric, value, source }) => `${metric} is ${value} in ${source}`).join(", ");
    findings.add(
      "warning",
      "RUN_DIVERGED",
      name,
      `${values}. The run counts as diverged where this metric is judged. Leave a cell empty if the value was not recorded.`,
    );
  }
}

function lastPart({ name }: RunReading): string {
  return path.posix.basename(name);
}

/** Baselines come before candidates of the same rank: `16bit_r8`, `4bit_r8`. Numbers in names are compared as numbers. */
function compareExperiments(left: ExperimentRecord, right: ExperimentRecord): number {
  const bits = ({ quantization }: ExperimentRecord): number => quantization.bits ?? 0;
  return left.rank - right.rank || bits(right) - bits(left) || NATURAL_ORDER.compare(left.name, right.name);
}

const NATURAL_ORDER = new Intl.Collator("en", { numeric: true });

/** Joins a run's folders and its table row into one experiment. Returns undefined if its rank is unknown. */
function experimentOf(
  name: string,
  run: RunReading | undefined,
  row: TableReading | undefined,
  findings: Findings,
  merger: ReadingMerger,
): ExperimentRecord | undefined {
  const rank = rankOf(name, run, row, findings);
  if (rank === undefined) return undefined;
  const quantization = quantizationOfRun(name, row, findings);
  const settings = run?.config?.settings ?? null;
  const methodSources = row?.method === undefined ? [name] : [row.method.value, name];
  return {
    name,
    method: methodOf(settings, quantization, methodSources),
    quantization,
    rank,
    seed: row?.seed?.value ?? seedInName(name) ?? null,
    steps: stepsOf(name, run, row, merger),
    numSamples: row?.numSamples?.value ?? null,
    adapter: settings,
    metrics: metricsOf(name, run, row, merger),
    series: run?.series ?? [],
    checkpoints: run?.checkpoints ?? [],
  };
}

/** Returns the configured rank, which was checked against the tensors; else that of the table, else that of the name. */
function rankOf(
  name: string,
  run: RunReading | undefined,
  row: TableReading | undefined,
  findings: Findings,
): number | undefined {
  const tabled = row?.rank;
  const named = rankInName(name);
  const rank = run?.config?.settings.r ?? tabled?.value ?? named;
  if (rank === undefined) {
    const message =
      "The run was left out: its rank is unknown. Add its adapter_config.json or a table with its rank, or name it as 16bit_r8.";
    findings.add("warning", "RUN_WITHOUT_RANK", run?.folder ?? name, message);
  } else if (tabled !== undefined && tabled.value !== rank) {
    const message = `The rank is ${rank} in adapter_config.json and ${tabled.value} in ${tabled.source}. ${rank} was kept.`;
    findings.add("error", "RANK_CONTRADICTS_CONFIG", name, message);
  } else if (named !== undefined && named !== rank) {
    const message = `The rank is ${rank}, but the run's name says ${named}. ${rank} was kept.`;
    findings.add("warning", "RANK_CONTRADICTS_NAME", name, message);
  }
  return rank;
}

const UNKNOWN_QUANTIZATION: Quantization = { label: "unknown", bits: null, scheme: null };

function quantizationOfRun(name: string, row: TableReading | undefined, findings: Findings): Quantization {
  const label = row?.quantization?.value ?? quantizationInName(name);
  if (label === undefined) return UNKNOWN_QUANTIZATION;
  const { quantization, schemeAssumed } = quantizationOf(label);
  if (schemeAssumed && !findings.list.some(({ code }) => code === "SCHEME_ASSUMED")) {
    const message = `${quantization.label} is assumed to be ${quantization.scheme}, QLoRA's 4-bit data type (arXiv 2305.14314, section 3).`;
    findings.add("info", "SCHEME_ASSUMED", "", message);
  }
  return quantization;
}

function stepsOf(
  name: string,
  run: RunReading | undefined,
  row: TableReading | undefined,
  merger: ReadingMerger,
): number | null {
  const tabled = row?.steps;
  const log = run?.log ?? null;
  if (log === null) return tabled?.value ?? null;
  // A log saved before the end of the run does not contradict the table.
  if (tabled !== undefined && log.globalStep < tabled.value) return tabled.value;
  return merger.merge(`${name}, steps`, tabled, { value: log.globalStep, source: log.file }).value;
}

/** Returns the tables' metrics, and those of the training log that no table has, or has with fewer digits. */
function metricsOf(
  name: string,
  run: RunReading | undefined,
  row: TableReading | undefined,
  merger: ReadingMerger,
): MetricRecord[] {
  const metrics = new Map<string, Reading<number>>(row?.metrics);
  for (const [metric, reading] of loggedMetrics(run)) {
    metrics.set(metric, merger.merge(`${name}, ${metric}`, metrics.get(metric), reading));
  }
  return [...metrics].map(([metric, { value, source }]) => ({ name: metric, value, source }));
}

/** Metric names by the Trainer's names in its closing summary. */
const SUMMARY_METRICS: Readonly<Record<string, string>> = {
  train_loss: "training_loss",
  train_runtime: "training_time_seconds",
};

/** Returns the values of the training log as logged: NaN is the final loss of a run that diverged. */
function loggedMetrics(run: RunReading | undefined): [string, Reading<number>][] {
  if (run === undefined || run.log === null) return [];
  const { summary, file: source } = run.log;
  const values = new Map<string, number | undefined>();
  for (const [logged, metric] of Object.entries(SUMMARY_METRICS)) values.set(metric, summary.get(logged));
  values.set("eval_loss", run.series.find((curve) => curve.name === "eval_loss")?.values.at(-1));
  return [...values].flatMap(([metric, value]): [string, Reading<number>][] => {
    if (value === undefined) return [];
    return [[metric, { value, source }]];
  });
}
