import type { Method } from "../../../../model/enums/run.js";
import { readMetricRange, readParameters } from "../../parts/url-parameters.js";
import { METRICS } from "../../parts/metrics.js";
import type { Sorting } from "../../table/column.js";
import type { ExperimentFilter } from "./experiments-query.js";

/** The URL parameters of the list's filters. */
export const EXPERIMENT_FILTERS = ["q", "study", "method", "quantization", "rank", "metric", "min", "max"] as const;

/** Reads the filter of the list of runs from the URL parameters. Ignores a number parameter that is not a number. */
export function readExperimentFilter(parameters: URLSearchParams): ExperimentFilter {
  const { text, number } = readParameters(parameters);
  const name = text("q");
  const study = text("study");
  const method = text("method");
  const quantization = text("quantization");
  const rank = number("rank");
  const range = readMetricRange(parameters);
  return {
    ...(name !== null && { name: { contains: name } }),
    ...(study !== null && { study: { search: study } }),
    ...(method !== null && { method: { equals: method as Method } }),
    ...(quantization !== null && { quantization: { contains: quantization } }),
    ...(rank !== null && { rank: { equals: Math.round(rank) } }),
    ...(range !== null && { metric: [range] }),
  };
}

/** Converts the order of the table to the API's order. The sort key of a metric's column is the metric's key. */
export function toExperimentOrder({ by, direction }: Sorting) {
  const metric = METRICS.find(({ key }) => key === by);
  if (metric !== undefined) return { field: "METRIC" as const, metric: metric.key, direction };
  const field = (["STUDY", "NAME", "RANK"] as const).find((name) => name === by) ?? "STUDY";
  return { field, direction };
}

/** Reads the order of the list of runs from the URL parameters. The default is by study. */
export function readExperimentSorting(parameters: URLSearchParams): Sorting {
  return {
    by: parameters.get("sort") ?? "STUDY",
    direction: parameters.get("direction") === "DESC" ? "DESC" : "ASC",
  };
}
