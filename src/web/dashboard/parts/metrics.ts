import { MetricName } from "../../../model/enums/run.js";

/** The name of a metric in rows, CSV files and URLs. */
export type MetricKey = MetricName;

/** The name of a metric in GraphQL. */
type GraphQLName = Extract<keyof typeof MetricName, string>;

const LABELS: Readonly<Record<MetricKey, { readonly title: string; readonly unit: string }>> = {
  training_loss: { title: "Training loss", unit: "" },
  eval_loss: { title: "Evaluation loss", unit: "" },
  peak_memory_mb: { title: "Peak memory", unit: "MB" },
  mean_memory_mb: { title: "Mean memory", unit: "MB" },
  time_per_step_seconds: { title: "Time per step", unit: "s" },
  training_time_seconds: { title: "Training time", unit: "s" },
};

/** A recorded scalar that lists filter and order by. */
export interface Metric {
  /** The value of the GraphQL enum MetricName. */
  readonly name: GraphQLName;
  readonly key: MetricKey;
  readonly title: string;
  readonly unit: string;
}

export const DEFAULT_METRIC: MetricKey = MetricName.TRAINING_LOSS;

export const METRICS: readonly Metric[] = (Object.keys(MetricName) as GraphQLName[]).map((name) => {
  const key = MetricName[name];
  return { name, key, title: LABELS[key].title, unit: LABELS[key].unit };
});

/** Returns the metric with this key, or the training loss for an unknown key, for example in an edited URL. */
export function metricOf(key: string | null): Metric {
  const metric = METRICS.find((one) => one.key === key) ?? METRICS.find((one) => one.key === DEFAULT_METRIC);
  if (metric === undefined) throw new Error(`${DEFAULT_METRIC} is not a metric`);
  return metric;
}
