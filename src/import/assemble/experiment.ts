import type { Findings } from "../findings.js";
import { mergeValue, type Reading } from "./merge-value.js";
import { methodOf } from "./method.js";
import { quantizationInName, quantizationOf } from "./quantization.js";
import type { RunReading } from "./read-run.js";
import type { TableReading } from "./read-tables.js";
import type { ExperimentRecord, MetricRecord } from "../../model/records.js";
import type { Roundings } from "./roundings.js";
import { rankInName, seedInName } from "./run-name.js";

/** What a run's folders and the tables' row together make: one experiment; undefined where no rank can be found. */
export function experimentOf(
  name: string,
  run: RunReading | undefined,
  row: TableReading | undefined,
  findings: Findings,
  roundings: Roundings,
): ExperimentRecord | undefined {
  const rank = rankOf(name, run, row, findings);
  if (rank === undefined) return undefined;
  const label = row?.quantization?.value ?? quantizationInName(name);
  const { quantization, schemeAssumed } = label === undefined ? UNKNOWN : quantizationOf(label);
  if (schemeAssumed && !findings.list.some(({ code }) => code === "SCHEME_ASSUMED")) {
    const message = `${quantization.label} is taken to be ${quantization.scheme}, QLoRA's 4-bit data type (arXiv 2305.14314, section 3)`;
    findings.add("info", "SCHEME_ASSUMED", "", message);
  }
  const merge = mergeInto(name, findings, roundings);
  return {
    name,
    method: methodOf(
      run?.config?.settings ?? null,
      quantization,
      row?.method === undefined ? [name] : [row.method.value, name],
    ),
    quantization,
    rank,
    seed: row?.seed?.value ?? seedInName(name) ?? null,
    steps: stepsOf(run, row, merge),
    numSamples: row?.numSamples?.value ?? null,
    adapter: run?.config?.settings ?? null,
    metrics: metricsOf(run, row, merge),
    series: run?.series ?? [],
    checkpoints: run?.checkpoints ?? [],
  };
}

const UNKNOWN = { quantization: { label: "unknown", bits: null, scheme: null }, schemeAssumed: false } as const;

/** The configuration is believed first: its rank has been checked against the tensors. */
function rankOf(
  name: string,
  run: RunReading | undefined,
  row: TableReading | undefined,
  findings: Findings,
): number | undefined {
  const configured = run?.config?.settings.r;
  const tabled = row?.rank;
  const rank = configured ?? tabled?.value ?? rankInName(name);
  if (rank === undefined) {
    const message = "no adapter_config.json, table or name (such as 16bit_r8) gives its rank; the run was left out";
    findings.add("warning", "RUN_WITHOUT_RANK", run?.folder ?? name, message);
  } else if (tabled !== undefined && tabled.value !== rank) {
    findings.add(
      "error",
      "RANK_CONTRADICTS_CONFIG",
      name,
      `${tabled.source} says rank ${tabled.value}, adapter_config.json ${rank}; the latter was kept`,
    );
  } else if (rankInName(name) !== undefined && rankInName(name) !== rank) {
    findings.add("warning", "RANK_CONTRADICTS_NAME", name, `its name says another rank than ${rank}, which was kept`);
  }
  return rank;
}

/** The Trainer's names for what the tables call otherwise. */
const SUMMARY_METRICS: Readonly<Record<string, string>> = {
  train_loss: "training_loss",
  train_runtime: "training_time_seconds",
};

type Merge = (what: string, known: Reading<number> | undefined, read: Reading<number>) => Reading<number>;

/** Merges values of one experiment, and says so where they disagree. */
function mergeInto(name: string, findings: Findings, roundings: Roundings): Merge {
  return (what, known, read) => {
    const merged = mergeValue(known, read);
    const place = `${name}, ${what}`;
    roundings.note(place, merged);
    if (merged.contradicted !== undefined) {
      const { kept, contradicted } = merged;
      const message = `${kept.value} in ${kept.source} was kept, ${contradicted.source} says ${contradicted.value}`;
      findings.add("warning", "CONFLICTING_VALUES", place, message);
    }
    return merged.kept;
  };
}

function stepsOf(run: RunReading | undefined, row: TableReading | undefined, merge: Merge): number | null {
  const tabled = row?.steps;
  // The last saved state may be of an earlier step than the run's end: that contradicts nothing.
  if (run?.state == null || (tabled !== undefined && run.state.globalStep < tabled.value)) return tabled?.value ?? null;
  return merge("steps", tabled, { value: run.state.globalStep, source: run.stateFile }).value;
}

/** The tables' metrics, and those that the curves give where no table does, or gives fewer digits. */
function metricsOf(run: RunReading | undefined, row: TableReading | undefined, merge: Merge): MetricRecord[] {
  const metrics = new Map<string, Reading<number>>(row?.metrics);
  for (const [metric, reading] of curveMetrics(run)) metrics.set(metric, merge(metric, metrics.get(metric), reading));
  return [...metrics].map(([metric, { value, source }]) => ({ name: metric, value, source }));
}

/** Finite ones only: a run that ended in NaN has no final loss, and its curve says why. */
function curveMetrics(run: RunReading | undefined): [string, Reading<number>][] {
  if (run === undefined || run.state === null) return [];
  const { state, series, stateFile: source } = run;
  const found = Object.entries(SUMMARY_METRICS).map(([logged, metric]) => [metric, state.summary.get(logged)] as const);
  const evalLoss = series.find(({ name }) => name === "eval_loss")?.values.at(-1);
  return [...found, ["eval_loss", evalLoss] as const].flatMap(([metric, value]): [string, Reading<number>][] =>
    value !== undefined && Number.isFinite(value) ? [[metric, { value, source }]] : [],
  );
}
