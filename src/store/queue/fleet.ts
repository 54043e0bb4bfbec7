import type { Connection } from "../connection.js";
import { DEAD_AFTER_SECONDS } from "./workers.js";

/** What the database knows of all processes that share it. */
export interface Fleet {
  /** Jobs that have not ended. */
  readonly jobs: readonly { readonly kind: string; readonly status: "QUEUED" | "RUNNING"; readonly n: number }[];
  /** How long the job that has waited longest for a worker has waited; null where none waits. */
  readonly oldestWaitingSeconds: number | null;
  /** Worker processes that have shown themselves lately. */
  readonly workers: number;
  /** Rankscope's own connections, by the process's purpose and what PostgreSQL says they do. */
  readonly connections: readonly { readonly application: string; readonly state: string; readonly n: number }[];
}

/** Reads it in one statement. */
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
