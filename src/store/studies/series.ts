import type { Connection } from "../connection.js";

/** One logged curve. Values are as logged, NaN and infinities included. */
export interface Series {
  readonly experimentId: string;
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Returns the curves of `keys`. postgres.js parses the float arrays and keeps NaN. */
export function seriesOfExperiments(
  { sql }: Connection,
  keys: readonly { readonly experimentId: string; readonly name: string }[],
): Promise<Series[]> {
  return sql<Series[]>`
    select experiment_id as "experimentId", name, steps, values from metric_series
    where (experiment_id, name) in (
      select * from unnest(${keys.map(({ experimentId }) => experimentId)}::uuid[], ${keys.map(({ name }) => name)}::text[]))`;
}

/** Returns the names of the curves of `experimentIds`, in alphabetical order. */
export function seriesNames(
  { sql }: Connection,
  experimentIds: readonly string[],
): Promise<{ experimentId: string; name: string }[]> {
  return sql<{ experimentId: string; name: string }[]>`
    select experiment_id as "experimentId", name from metric_series
    where experiment_id = any(${[...experimentIds]}::uuid[]) order by name`;
}
