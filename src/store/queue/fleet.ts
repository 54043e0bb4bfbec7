import type { Connection } from "../connection.js";
import { DEAD_AFTER_SECONDS } from "./workers.js";

/** State of all processes that share a database. */
export interface Fleet {
  /** Jobs that have not ended. */
  readonly jobs: readonly { readonly kind: string; readonly status: "QUEUED" | "RUNNING"; readonly n: number }[];
  /** Age of the oldest queued job; null if none is queued. */
  readonly oldestWaitingSeconds: number | null;
  /** Number of living worker processes. */
  readonly workers: number;
  /** Rankscope's own connections, by application name and state. */
  readonly connections: readonly { readonly application: string; readonly state: string; readonly n: number }[];
}

/** Reads the state of queue, workers and connections in one statement. */
export async function readFleet({ sql }: Connection): Promise<Fleet> {
  const [row] = await sql<Fleet[]>`
    select
      coalesce((select json_agg(open) from (
        select kind, status, count(*)::int as n from job where status in ('QUEUED', 'RUNNING')
        group by kind, status) as open), '[]') as jobs,
      (select extract(epoch from now() - min(created_at))::float8 from job where status = 'QUEUED')
        as "oldestWaitingSeconds",
      (select count(*)::int from worker where seen_at > now() - make_interval(secs => ${DEAD_AFTER_SECONDS})) as workers,
      coalesce((select json_agg(one) from (
        select application_name as application, coalesce(state, 'unknown') as state, count(*)::int as n
        from pg_stat_activity where datname = current_database() and application_name like 'rankscope %'
        group by application_name, state) as one), '[]') as connections`;
  if (row === undefined) throw new Error("a statement without a from clause gave no row");
  return row;
}
