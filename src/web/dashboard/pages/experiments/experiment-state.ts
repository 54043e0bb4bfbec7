import { conditions, metricRange, type Method } from "../../parts/conditions.js";
import { METRICS } from "../../parts/metrics.js";
import type { Sorting } from "../../table/column.js";
import type { ExperimentFilter } from "./experiments-query.js";

/** What the list's address may say after `?`. */
export const EXPERIMENT_FILTERS = ["q", "study", "method", "quantization", "rank", "metric", "min", "max"] as const;

/** The runs that an address asks for; text that is no number where one must be is no condition. */
export function experimentFilterOf(parameters: URLSearchParams): ExperimentFilter {
  const { text, number } = conditions(parameters);
  const [q, study, method, quantization] = [text("q"), text("study"), text("method"), text("quantization")];
  const [rank, range] = [number("rank"), metricRange(parameters)];
  return {
    ...(q !== null && { name: { contains: q } }),
    ...(study !== null && { study: { search: study } }),
    ...(method !== null && { method: { equals: method as Method } }),
    ...(quantization !== null && { quantization: { contains: quantization } }),
    ...(rank !== null && { rank: { equals: Math.round(rank) } }),
    ...(range !== null && { metric: [range] }),
  };
}

/** The order in the API's terms: a column of a metric is its key. */
export function experimentOrderOf({ by, direction }: Sorting) {
  const metric = METRICS.find(({ key }) => key === by);
  if (metric !== undefined) return { field: "METRIC" as const, metric: metric.key, direction };
  const field = (["STUDY", "NAME", "RANK"] as const).find((name) => name === by) ?? "STUDY";
  return { field, direction };
}

/** The order that an address asks for; by study where it says none. */
export function experimentSortingOf(parameters: URLSearchParams): Sorting {
  return {
    by: parameters.get("sort") ?? "STUDY",
    direction: parameters.get("direction") === "DESC" ? "DESC" : "ASC",
  };
}
