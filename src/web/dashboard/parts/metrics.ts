/** The recorded scalars that lists filter and order by: the API's MetricName, the name in rows and files, what people read. */
export const METRICS = [
  { name: "TRAINING_LOSS", key: "training_loss", title: "Training loss", unit: "" },
  { name: "EVAL_LOSS", key: "eval_loss", title: "Evaluation loss", unit: "" },
  { name: "PEAK_MEMORY_MB", key: "peak_memory_mb", title: "Peak memory", unit: "MB" },
  { name: "MEAN_MEMORY_MB", key: "mean_memory_mb", title: "Mean memory", unit: "MB" },
  { name: "TIME_PER_STEP_SECONDS", key: "time_per_step_seconds", title: "Time per step", unit: "s" },
  { name: "TRAINING_TIME_SECONDS", key: "training_time_seconds", title: "Training time", unit: "s" },
] as const;

export type MetricKey = (typeof METRICS)[number]["key"];

/** The metric of this key; the training loss where there is none, as in an address that was typed. */
export const metricOf = (key: string | null) => METRICS.find((metric) => metric.key === key) ?? METRICS[0];
