/** What a results table may call the things that place a run, the usual name first. */
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

const METRIC_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  training_loss: ["training_loss", "train_loss"],
  eval_loss: ["eval_loss", "final_eval_loss", "val_loss"],
  peak_memory_mb: ["peak_memory_mb", "peak_memory"],
  time_per_step_seconds: ["time_per_step_seconds", "time_per_step"],
  training_time_seconds: ["training_time_seconds", "train_runtime"],
};

const ALL_RUN_COLUMNS: ReadonlySet<string> = new Set(Object.values(RUN_COLUMNS).flat());

/** Snake case, `%` spelt out: `Peak Memory (MB)` and `peakMemoryMb` are `peak_memory_mb`. Empty for no name. */
export function columnName(header: string): string {
  return header
    .replace(/%/g, " percent ")
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
}

/** Whether a column of this name places runs (experiment, quantization, method, rank) and so makes a table of them. */
export function isRunColumn(name: string): boolean {
  const { experiment, quantization, method, rank } = RUN_COLUMNS;
  return [...experiment, ...quantization, ...method, ...rank].some((known) => known === name);
}

/** The column of `names` that has this meaning, the usual name before the rarer ones. */
export function findRunColumn(column: RunColumn, names: ReadonlySet<string>): string | undefined {
  return RUN_COLUMNS[column].find((name) => names.has(name));
}

/**
 * The metrics that columns of these names hold: column name -> metric name. Of two spellings of one metric (`eval_loss`
 * and `final_eval_loss`) the rarer keeps its own name, so that neither is lost.
 */
export function metricColumns(names: ReadonlySet<string>): Map<string, string> {
  const metrics = new Map<string, string>();
  for (const name of names)
    if (!ALL_RUN_COLUMNS.has(name) && !/^(?:|index|unnamed_\d+)$/.test(name)) metrics.set(name, name);
  for (const [metric, spellings] of Object.entries(METRIC_COLUMNS)) {
    const spelling = spellings.find((name) => names.has(name));
    if (spelling !== undefined) metrics.set(spelling, metric);
  }
  return metrics;
}

/** Whether a column of this name holds a metric that is known here. */
export function isKnownMetric(name: string): boolean {
  return Object.values(METRIC_COLUMNS).some((spellings) => spellings.includes(name));
}
