/** Column names that identify a run or describe it, by meaning, the usual name first. */
const RUN_COLUMNS = {
  experiment: ["experiment_name", "name", "experiment", "run", "run_name", "run_id"],
  quantization: ["quantization", "quant", "precision"],
  method: ["method"],
  rank: ["rank", "r", "lora_r", "lora_rank"],
  seed: ["seed"],
  steps: ["steps", "global_step", "max_steps"],
  numSamples: ["num_samples", "n_samples"],
  modelName: ["model_name", "base_model"],
} as const;

export type RunColumn = keyof typeof RUN_COLUMNS;

/** Column names of known metrics, by metric, the usual name first. */
const METRIC_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  training_loss: ["training_loss", "train_loss"],
  eval_loss: ["eval_loss", "final_eval_loss", "val_loss"],
  peak_memory_mb: ["peak_memory_mb", "peak_memory"],
  time_per_step_seconds: ["time_per_step_seconds", "time_per_step"],
  training_time_seconds: ["training_time_seconds", "train_runtime"],
};

/** Index columns that pandas writes. */
const INDEX_COLUMN = /^(?:|index|unnamed_\d+)$/;

const ALL_RUN_COLUMNS: ReadonlySet<string> = new Set(Object.values(RUN_COLUMNS).flat());

/** Returns a header in snake case, with `%` in words: `peak_memory_mb` for `Peak Memory (MB)` and `peakMemoryMb`. */
export function columnName(header: string): string {
  return header
    .replace(/%/g, " percent ")
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
}

/** Returns whether a column of this name tells runs apart: experiment, quantization, method or rank. */
export function isRunColumn(name: string): boolean {
  const { experiment, quantization, method, rank } = RUN_COLUMNS;
  return [...experiment, ...quantization, ...method, ...rank].some((known) => known === name);
}

/** Returns the column of `names` that has this meaning, the usual name before rarer ones. */
export function findRunColumn(column: RunColumn, names: ReadonlySet<string>): string | undefined {
  return RUN_COLUMNS[column].find((name) => names.has(name));
}

/**
 * Returns the metric names of columns, by column name. If a table has two spellings of one metric (`eval_loss` and
 * `final_eval_loss`), the rarer one keeps its own name, so that neither is lost.
 */
export function metricColumns(names: ReadonlySet<string>): Map<string, string> {
  const metrics = new Map<string, string>();
  for (const name of names) {
    if (!ALL_RUN_COLUMNS.has(name) && !INDEX_COLUMN.test(name)) metrics.set(name, name);
  }
  for (const [metric, spellings] of Object.entries(METRIC_COLUMNS)) {
    const spelling = spellings.find((name) => names.has(name));
    if (spelling !== undefined) metrics.set(spelling, metric);
  }
  return metrics;
}

/** Returns whether a column of this name holds a known metric. */
export function isKnownMetric(name: string): boolean {
  return Object.values(METRIC_COLUMNS).some((spellings) => spellings.includes(name));
}

/** Returns Rankscope's name of a metric: `training_loss` for `train_loss`. Other names are kept. */
export function metricName(name: string): string {
  const known = Object.entries(METRIC_COLUMNS).find(([, spellings]) => spellings.includes(name));
  return known?.[0] ?? name;
}
