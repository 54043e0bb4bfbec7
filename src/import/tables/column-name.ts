/** Column names that identify a run or describe it, by meaning, the usual name first. */
const RUN_COLUMNS = {
  experiment: ["experiment_name", "name", "experiment", "run", "run_name", "run_id"],
  quantization: ["quantization", "quant", "quantization_label"],
  method: ["method"],
  rank: ["rank", "r", "lora_r", "lora_rank"],
  seed: ["seed"],
  steps: ["steps", "global_step", "max_steps"],
  numSamples: ["num_samples", "n_samples"],
  modelName: ["model_name", "base_model", "base_model_name", "model"],
  task: ["task", "task_name", "dataset", "dataset_name"],
} as const;

export type RunColumn = keyof typeof RUN_COLUMNS;

/** Column names of known metrics, by metric, the usual name first. */
const METRIC_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  training_loss: ["training_loss", "train_loss"],
  eval_loss: ["eval_loss", "final_eval_loss", "val_loss"],
  peak_memory_mb: [
    "peak_memory_mb",
    "peak_memory",
    "peak_vram_mb",
    "peak_vram",
    "peak_gpu_memory_mb",
    "peak_gpu_mem_mb",
    "peak_mem_mb",
    "max_memory_mb",
    "max_memory_allocated_mb",
    "vram_mb",
    "gpu_memory_mb",
    "gpu_mem_mb",
    "memory_mb",
    "mem_mb",
    "memory_used_mb",
  ],
  time_per_step_seconds: ["time_per_step_seconds", "time_per_step", "seconds_per_step", "step_time_seconds"],
  training_time_seconds: [
    "training_time_seconds",
    "train_runtime",
    "train_time_seconds",
    "training_time",
    "train_time",
    "runtime_seconds",
    "total_time_seconds",
    "time_seconds",
  ],
};

/** Units of columns that are stored in another unit. 1 GB is 1,024 MB, as PyTorch reports memory. */
const UNITS: readonly { readonly suffix: RegExp; readonly unit: string; readonly factor: number }[] = [
  { suffix: /_gi?b$/, unit: "_mb", factor: 1024 },
  { suffix: /_mib$/, unit: "_mb", factor: 1 },
  { suffix: /_(?:s|sec|secs)$/, unit: "_seconds", factor: 1 },
  { suffix: /_(?:min|mins|minutes)$/, unit: "_seconds", factor: 60 },
  { suffix: /_(?:h|hr|hrs|hours)$/, unit: "_seconds", factor: 3600 },
];

/** A column's metric, and the factor from the column's unit to the metric's. */
export interface MetricColumn {
  readonly metric: string;
  readonly factor: number;
}

/** Index columns that pandas writes. */
const INDEX_COLUMN = /^(?:|index|unnamed_\d+)$/;

const ALL_RUN_COLUMNS: ReadonlySet<string> = new Set(Object.values(RUN_COLUMNS).flat());

/** Returns a header in snake case, with `%` in words: `peak_memory_mb` for `Peak Memory (MB)` and `peakMemoryMb`. */
export function columnName(header: string): string {
  return (
    header
      .replace(/%/g, " percent ")
      // Binary units are words, although their letters differ in case.
      .replace(/(?<!\p{L})([KMGT])iB(?!\p{L})/gu, "$1ib")
      .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "_")
      .replace(/^_+|_+$/g, "")
  );
}

/** Returns whether a column of this name holds figures that were computed from several runs: `memory_reduction_percent`. */
export function isDerivedColumn(name: string): boolean {
  return /(?:^|_)(?:reduction|ratio|diff|difference|delta|gap|increase|degradation|change|speed_?up|saving|savings)(?:_|$)/.test(
    name,
  );
}

/** Returns whether a column of this name tells runs apart: experiment, quantization, method or rank. */
export function isRunColumn(name: string): boolean {
  const { experiment, quantization, method, rank } = RUN_COLUMNS;
  return [...experiment, ...quantization, "precision", ...method, ...rank].some((known) => known === name);
}

/** Returns the column of `names` that has this meaning, the usual name before rarer ones. */
export function findRunColumn(column: RunColumn, names: ReadonlySet<string>): string | undefined {
  return RUN_COLUMNS[column].find((name) => names.has(name));
}

/**
 * Returns the metric names of columns, by column name. If a table has two spellings of one metric (`eval_loss` and
 * `final_eval_loss`), the rarer one keeps its own name, so that neither is lost.
 */
export function metricColumns(names: ReadonlySet<string>): Map<string, MetricColumn> {
  const metrics = new Map<string, MetricColumn>();
  for (const name of names) {
    if (!ALL_RUN_COLUMNS.has(name) && !INDEX_COLUMN.test(name)) metrics.set(name, { metric: name, factor: 1 });
  }
  for (const [metric, spellings] of Object.entries(METRIC_COLUMNS)) {
    const spelling = spellings.find((name) => names.has(name));
    if (spelling !== undefined) {
      metrics.set(spelling, { metric, factor: 1 });
      continue;
    }
    const converted = [...names].find((name) => spellings.includes(inStoredUnit(name)?.name ?? ""));
    if (converted !== undefined) metrics.set(converted, { metric, factor: inStoredUnit(converted)?.factor ?? 1 });
  }
  return metrics;
}

/** Returns the name of a column in the unit of its metric, with the factor to it; undefined if its unit is not known. */
function inStoredUnit(name: string): { readonly name: string; readonly factor: number } | undefined {
  const found = UNITS.find(({ suffix }) => suffix.test(name));
  return found && { name: name.replace(found.suffix, found.unit), factor: found.factor };
}

/** Columns whose values a row has under a name of its own. The task is a setting too. */
export function runColumns(): ReadonlySet<string> {
  const tasks: readonly string[] = RUN_COLUMNS.task;
  return new Set([...ALL_RUN_COLUMNS].filter((name) => !tasks.includes(name)));
}

/** Returns whether a column of this name holds a known metric. */
export function isKnownMetric(name: string): boolean {
  const stored = inStoredUnit(name)?.name ?? name;
  return Object.values(METRIC_COLUMNS).some((spellings) => spellings.includes(name) || spellings.includes(stored));
}

/** Returns Rankscope's name of a metric: `training_loss` for `train_loss`. Other names are kept. */
export function metricName(name: string): string {
  const known = Object.entries(METRIC_COLUMNS).find(([, spellings]) => spellings.includes(name));
  return known?.[0] ?? name;
}
