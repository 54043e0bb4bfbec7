import type { Method } from "../../../../model/enums/run.js";
import { readMetricRange, readParameters } from "../../parts/url-parameters.js";
import type { Sorting } from "../../table/column.js";
import type { StudyFilter } from "./studies-query.js";

/** The URL parameters of the list's filters. */
export const FILTER_NAMES = ["q", "model", "tag", "method", "rank", "metric", "min", "max"] as const;

/** Reads the filter of the study list from the URL parameters. Ignores a number parameter that is not a number. */
export function readStudyFilter(parameters: URLSearchParams): StudyFilter {
  const { text, number } = readParameters(parameters);
  const search = text("q");
  const model = text("model");
  const tag = text("tag");
  const method = text("method");
  const rank = number("rank");
  const range = readMetricRange(parameters);
  return {
    ...(search !== null && { search }),
    ...(model !== null && { baseModel: { contains: model } }),
    ...(tag !== null && { tags: { has: tag } }),
    ...(rank !== null && { ranks: { has: Math.round(rank) } }),
    ...((method !== null || range !== null) && {
      experiments: {
        some: {
          ...(method !== null && { method: { equals: method as Method } }),
          ...(range !== null && { metric: [range] }),
        },
      },
    }),
  };
}

const ORDERS = ["NAME", "EXPERIMENT_COUNT", "METRIC_BEST", "METRIC_MEAN", "CREATED_AT", "UPDATED_AT"] as const;

/** Reads the order of the study list from the URL parameters. The default is newest first. */
export function readStudySorting(parameters: URLSearchParams): Sorting & { readonly by: (typeof ORDERS)[number] } {
  const by = ORDERS.find((order) => order === parameters.get("sort"));
  if (by === undefined) return { by: "CREATED_AT", direction: "DESC" };
  return { by, direction: parameters.get("direction") === "DESC" ? "DESC" : "ASC" };
}
