import { countOf } from "../../model/count-of.js";
import type { EvaluationRecord } from "../../model/evaluations.js";
import type { ExperimentRecord, MetricRecord } from "../../model/records.js";
import { storedInteger } from "../../model/stored-integer.js";
import { quoteNames, type Findings } from "../findings.js";
import { metricName } from "../tables/column-name.js";
import type { StatedSettings } from "./join-tables.js";
import type { TableReading } from "./table-reading.js";
import { withBaseModels } from "./mark-base-models.js";
import { mergeCurves } from "./merge-curves.js";
import type { DescribedRun } from "./pair-runs-with-rows.js";
import type { RunReading } from "./read-run.js";
import type { Reading, ReadingMerger } from "./reading-merger.js";
import { reportDiverged } from "./report-diverged.js";
import { reportWithoutRank } from "./report-without-rank.js";
import { resolveSettings, settingRecord } from "./resolve-settings.js";
import { methodOf, rankInName, seedInName } from "./run-labels.js";
import { quantizationOfRun, settingsInBaseModel, settingsInRunName } from "./run-quantization.js";
import type { SourcedSetting } from "./sourced-evidence.js";
import { statedMetricsOf, statedSettingsOf } from "./stated-settings.js";

/** A run with everything that is known of its settings, before one value is chosen for each. */
interface RunWithSettings extends DescribedRun {
  readonly candidates: readonly SourcedSetting[];
  /** Metrics that a person states. */
  readonly statedMetrics: ReadonlyMap<string, Reading<number>>;
}

/**
 * Makes one experiment of each run of a study, sorted by rank, bits (most first) and name.
 *
 * @param onSettings receives all values of each run's settings before one is chosen
 */
export function joinExperiments(
  runs: readonly DescribedRun[],
  stated: readonly StatedSettings[],
  findings: Findings,
  merger: ReadingMerger,
  onSettings: (run: string, candidates: readonly SourcedSetting[]) => void = () => undefined,
): ExperimentRecord[] {
  const described = runs.map((run) => ({
    ...run,
    candidates: [...statedSettingsOf(run, stated), ...candidatesOf(run)],
    statedMetrics: statedMetricsOf(run, stated),
  }));
  const complete = withAssumedBits(described, findings);
  for (const { name, candidates } of complete) onSettings(name, candidates);
  const experiments = withBaseModels(complete.flatMap((run) => experimentOf(run, findings, merger) ?? []));
  experiments.sort(compareExperiments);
  reportDiverged(experiments, findings);
  reportWithoutRank(experiments, findings);
  return experiments;
}

/** Runs without a rank come last. Baselines come before candidates of the same rank: `16bit_r8`, `4bit_r8`. Numbers in names are compared as numbers. */
function compareExperiments(left: ExperimentRecord, right: ExperimentRecord): number {
  const bits = ({ quantization }: ExperimentRecord): number => quantization.bits ?? 0;
  const ranks = (left.rank ?? Infinity) - (right.rank ?? Infinity);
  return (Number.isNaN(ranks) ? 0 : ranks) || bits(right) - bits(left) || NATURAL_ORDER.compare(left.name, right.name);
}

const NATURAL_ORDER = new Intl.Collator("en", { numeric: true });

/** Returns all statements about a run's settings: of its files, of tables, and of names. */
function candidatesOf({ name, run, row }: DescribedRun): SourcedSetting[] {
  const seed = seedInName(name);
  const stated = [...(run?.gathered.settings ?? []), ...(row?.settings ?? [])];
  const baseModels = [
    ...(run?.baseModels ?? []),
    ...stated.flatMap(({ field, value }) => (field === "base_model" ? [String(value)] : [])),
  ];
  return [
    ...stated,
    ...[...new Set(baseModels)].flatMap((baseModel) => settingsInBaseModel(baseModel)),
    ...settingsInRunName(name),
    ...(seed === undefined ? [] : [namedSeed(seed, name)]),
  ];
}

function namedSeed(seed: number, name: string): SourcedSetting {
  return { field: "seed", value: seed, certainty: "NAMED", source: "runName", file: "", key: name };
}

/**
 * Adds 16 bits to runs without any sign of quantization that lie beside quantized runs: people label what they quantize. The
 * assumption becomes a finding.
 */
function withAssumedBits(runs: readonly RunWithSettings[], findings: Findings): RunWithSettings[] {
  const bitsOf = ({ candidates }: RunWithSettings): number | null => quantizationOfRun(candidates).bits;
  const hasSign = ({ candidates }: RunWithSettings): boolean =>
    candidates.some(({ field }) => field === "bits" || field === "quantization_label");
  if (!runs.some((run) => (bitsOf(run) ?? 16) <= 8)) return [...runs];
  const assumed = runs.filter((run) => !hasSign(run));
  if (assumed.length === 0) return [...runs];
  const names = quoteNames(assumed.map(({ name }) => name));
  const message =
    `${countOf(assumed.length, "run has no sign of quantization and lies", "runs have no sign of quantization and lie")} beside ` +
    `quantized runs. Their base weights are assumed to be unquantized (16 bits): ${names}. State bits in rankscope.yaml ` +
    "if they are not.";
  findings.add("warning", "BITS_ASSUMED", "", message);
  return runs.map((run) => (hasSign(run) ? run : { ...run, candidates: [...run.candidates, ASSUMED_BITS] }));
}

const ASSUMED_BITS: SourcedSetting = {
  field: "bits",
  value: 16,
  certainty: "ASSUMED",
  source: "assumption",
  file: "",
  key: "no sign of quantization beside quantized runs",
};

/** Joins a run's folders and its table row into one experiment. Returns undefined if nothing is known of it. */
function experimentOf(
  described: RunWithSettings,
  findings: Findings,
  merger: ReadingMerger,
): ExperimentRecord | undefined {
  const { name, run, row, candidates } = described;
  const settings = resolveSettings(name, candidates, findings);
  const rank = rankOf(described, settings.get("lora_rank"), findings);
  const quantization = quantizationOfRun(candidates);
  reportAssumedScheme(quantization, settings.get("scheme"), findings);
  const adapter = run?.config?.settings ?? null;
  const predictions = row?.predictions ?? [];
  const evaluations = [...(row?.evaluations ?? []), ...(run?.gathered.evaluations ?? [])];
  const metrics = withDirections(metricsOf(described, merger), evaluations);
  const series = mergeCurves([run?.series ?? []], row?.curves ?? []);
  if (rank === null && metrics.length === 0 && series.length === 0 && evaluations.length + predictions.length === 0) {
    const message = "The run was left out: it has no rank, no metrics and no curves.";
    findings.add("warning", "RUN_WITHOUT_RANK", run?.folder ?? name, message);
    return undefined;
  }
  const method = methodOf({
    adapter,
    quantization,
    rank,
    peftType: settings.get("peft_type")?.value.toString(),
    texts: methodTexts(name, row, settings),
    isTrained:
      (run?.log ?? null) !== null || series.length > 0 || metrics.some((metric) => metric.name === "training_loss"),
  });
  return {
    name,
    method,
    quantization,
    rank,
    seed: wholeNumber(settings.get("seed")),
    steps: stepsOf(name, run, row, merger),
    numSamples: row?.numSamples?.value ?? wholeNumber(settings.get("num_samples")),
    adapter,
    settings: [...settings.values()].filter((setting) => isOfChosenBits(setting, quantization)).map(settingRecord),
    metrics,
    evaluations,
    predictions,
    series,
    checkpoints: run?.checkpoints ?? [],
  };
}

/** Texts that may name the method, the most trusted first. */
function methodTexts(
  name: string,
  row: TableReading | undefined,
  settings: ReadonlyMap<string, SourcedSetting>,
): string[] {
  const usesDora = settings.get("use_dora")?.value === true ? ["dora"] : [];
  const stated = settings.get("method")?.value;
  return [
    ...(row?.method === undefined ? [] : [row.method.value]),
    ...usesDora,
    ...(stated === undefined ? [] : [String(stated)]),
    name,
  ];
}

/** A scheme of another source than the chosen bits is not a setting of this run. */
function isOfChosenBits({ field, value }: SourcedSetting, { scheme }: ExperimentRecord["quantization"]): boolean {
  return field !== "scheme" || value === scheme;
}

function wholeNumber(setting: SourcedSetting | undefined): number | null {
  return setting === undefined ? null : storedInteger(Number(setting.value));
}

/** Returns the configured rank, which was checked against the tensors; else that of the table, else that of the name; else null. */
function rankOf(
  { name, run, row }: DescribedRun,
  setting: SourcedSetting | undefined,
  findings: Findings,
): number | null {
  const tabled = row?.rank;
  const named = rankInName(name);
  const stated = wholeNumber(setting) || undefined;
  const rank = run?.config?.settings.r ?? tabled?.value ?? stated ?? named ?? null;
  if (rank === null) return null;
  if (tabled !== undefined && tabled.value !== rank) {
    const message = `The rank is ${rank} in adapter_config.json and ${tabled.value} in ${tabled.source}. ${rank} was kept.`;
    findings.add("error", "RANK_CONTRADICTS_CONFIG", name, message);
  } else if (named !== undefined && named !== rank) {
    const message = `The rank is ${rank}, but the run's name says ${named}. ${rank} was kept.`;
    findings.add("warning", "RANK_CONTRADICTS_NAME", name, message);
  }
  return rank;
}

function reportAssumedScheme(
  { label, scheme }: ExperimentRecord["quantization"],
  setting: SourcedSetting | undefined,
  findings: Findings,
): void {
  if (scheme === null || setting?.certainty !== "ASSUMED") return;
  if (findings.has("SCHEME_ASSUMED")) return;
  const message = `${label} is assumed to be ${scheme}, QLoRA's 4-bit data type (arXiv 2305.14314, section 3).`;
  findings.add("info", "SCHEME_ASSUMED", "", message);
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

/**
 * Returns the metrics that a person states, those of tables, and those of the run's own files that neither has, or has with fewer
 * digits. A value that replaces another one is a finding.
 */
function metricsOf({ name, run, row, statedMetrics }: RunWithSettings, merger: ReadingMerger): MetricRecord[] {
  const metrics = new Map<string, Reading<number>>(statedMetrics);
  for (const [metric, reading] of [...(row?.metrics ?? []), ...measuredMetrics(run)]) {
    metrics.set(metric, merger.merge(`${name}, ${metric}`, metrics.get(metric), reading));
  }
  return [...metrics].map(([metric, { value, source }]) => ({ name: metric, value, source }));
}

/** Adds the better direction that an evaluation's file states for its metric. Files that contradict each other state none. */
function withDirections(metrics: readonly MetricRecord[], evaluations: readonly EvaluationRecord[]): MetricRecord[] {
  const directions = new Map<string, boolean | null>();
  for (const { name, higherIsBetter } of evaluations) {
    if (higherIsBetter === null) continue;
    const known = directions.get(name);
    directions.set(name, known === undefined || known === higherIsBetter ? higherIsBetter : null);
  }
  return metrics.map((metric) => {
    const higherIsBetter = directions.get(metric.name) ?? null;
    return higherIsBetter === null ? metric : { ...metric, higherIsBetter };
  });
}

/** The figures of a training log's closing summary that are metrics of the run. */
const SUMMARY_METRICS = ["train_loss", "train_runtime"];

/**
 * Returns the metrics of the training log and of result files. The last value of the evaluation curve is taken only if no file
 * states the final one. NaN is kept: it is the final loss of a run that diverged.
 */
function measuredMetrics(run: RunReading | undefined): [string, Reading<number>][] {
  if (run === undefined) return [];
  const values: [string, Reading<number>][] = [];
  for (const { name, value, file } of lastOfEach(run.gathered.metrics)) {
    values.push([metricName(name), { value, source: file }]);
  }
  const { log } = run;
  if (log !== null) {
    for (const name of SUMMARY_METRICS) {
      const value = log.summary.get(name);
      if (value !== undefined) values.push([metricName(name), { value, source: log.file }]);
    }
  }
  const evalLoss = run.series.find((curve) => curve.name === "eval_loss");
  const last = evalLoss?.values.at(-1);
  if (last !== undefined && !values.some(([name]) => name === "eval_loss")) {
    values.push(["eval_loss", { value: last, source: evalLoss?.source ?? log?.file ?? run.folder }]);
  }
  return values;
}

/** Returns, of several values of one metric in one file, the one of the last step. */
function lastOfEach(metrics: RunReading["gathered"]["metrics"]): RunReading["gathered"]["metrics"] {
  const last = new Map<string, RunReading["gathered"]["metrics"][number]>();
  for (const metric of metrics) {
    const key = JSON.stringify([metric.file, metric.name]);
    const known = last.get(key);
    if (known === undefined || (metric.step ?? Infinity) >= (known.step ?? Infinity)) last.set(key, metric);
  }
  return [...last.values()];
}
