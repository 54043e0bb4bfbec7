import { conditions, metricRange, type Method } from "../../parts/conditions.js";
import type { Sorting } from "../../table/column.js";
import type { StudyFilter } from "./studies-query.js";

/** What the list's address may say after `?`. */
export const FILTER_NAMES = ["q", "model", "tag", "method", "rank", "metric", "min", "max"] as const;

/** The studies that an address asks for; text that is no number where one must be is no condition. */
export function filterOf(parameters: URLSearchParams): StudyFilter {
  const { text, number } = conditions(parameters);
  const [q, model, tag, method, rank] = [text("q"), text("model"), text("tag"), text("method"), number("rank")];
  const range = metricRange(parameters);
  return {
    ...(q !== null && { search: q }),
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

/** The order that an address asks for; the newest first where it says none. */
export function sortingOf(parameters: URLSearchParams): Sorting & { readonly by: (typeof ORDERS)[number] } {
  const by = ORDERS.find((order) => order === parameters.get("sort"));
  if (by === undefined) return { by: "CREATED_AT", direction: "DESC" };
  return { by, direction: parameters.get("direction") === "DESC" ? "DESC" : "ASC" };
}
