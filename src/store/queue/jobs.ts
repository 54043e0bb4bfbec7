import type { JobRequester } from "../../model/job-payloads.js";
import type { Sql, TransactionSql } from "postgres";
import { v7 as newId } from "uuid";
import type { Fragment } from "../across/fragment.js";
import type { Connection } from "../connection.js";
import type { JobStatus } from "../generated/client.js";
import { JOB_CHANNEL } from "./tasks.js";

/** An import, a computation or a precomputation. */
export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly status: JobStatus;
  readonly done: number;
  readonly total: number;
  /** Its state, or why it failed. */
  readonly message: string;
  readonly result: unknown;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** Interval at which a running import updates its row, and time without an update after which it counts as dead. */
export const HEARTBEAT_SECONDS = 10;
const DEAD_AFTER_SECONDS = 60;

/** Creates a running job. PostgreSQL sets its times, because later comparisons use PostgreSQL's clock. */
export async function createJob(
  { sql }: { readonly sql: Sql | TransactionSql },
  kind: "IMPORT" | "PRECOMPUTE",
  message: string,
  { requestedBy, studies = [] }: JobRequester = {},
): Promise<string> {
  const id = newId();
  await sql`
    insert into job (id, kind, status, message, asked_by, studies)
    values (${id}, ${kind}, 'RUNNING', ${message}, ${requestedBy ?? null}, ${[...studies]}::text[])`;
  return id;
}

/** Records progress of a running job; without `progress`, only that it is alive. */
export async function touchJob(
  { sql }: Connection,
  id: string,
  progress?: { readonly done: number; readonly total: number; readonly message: string },
): Promise<void> {
  if (progress === undefined) await sql`update job set updated_at = now() where id = ${id} and status = 'RUNNING'`;
  else {
    const { done, total, message } = progress;
    await sql`
      with moved as (
        update job set updated_at = now(), done = ${done}, total = ${total}, message = ${message}
        where id = ${id} and status = 'RUNNING' returning id)
      select pg_notify(${JOB_CHANNEL}, id::text) from moved`;
  }
}

/** Returns the jobs of `ids`. An import whose process died is returned as failed. */
export function jobsById({ sql }: Connection, ids: readonly string[]): Promise<Job[]> {
  return sql<Job[]>`${jobRows(sql, sql`result,`)} where id = any(${[...ids]}::uuid[])`;
}

/** Returns up to `limit` jobs without their results, which may be large, the newest first, optionally only those of `statuses`. */
export function newestJobs(
  { sql }: Connection,
  { statuses, limit }: { readonly statuses: readonly JobStatus[] | undefined; readonly limit: number },
): Promise<Omit<Job, "result">[]> {
  return sql<Omit<Job, "result">[]>`
    ${jobRows(sql)} ${statuses === undefined ? sql`` : sql`where status = any(${[...statuses]}::text[])`}
    order by "createdAt" desc, id desc limit ${limit}`;
}

/** A `select` of jobs, to be restricted by id or status. @param result the column of results, with a comma, if they are needed */
function jobRows(sql: Sql, result: Fragment = sql``): Fragment {
  return sql`
    select * from (
      select id, kind, done, total, ${result} created_at as "createdAt",
        case when dead then 'FAILED' else status::text end as status,
        case when dead then 'The process that ran it has died; start it again.' else message end as message,
        case when dead then updated_at else finished_at end as "finishedAt"
      from (
        select *, kind = 'IMPORT' and status = 'RUNNING' and updated_at < now() - make_interval(secs => ${DEAD_AFTER_SECONDS}) as dead from job
      ) as stored) as job`;
}
