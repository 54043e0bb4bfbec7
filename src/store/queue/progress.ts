import type { TransactionSql } from "postgres";
import type { Connection } from "../connection.js";
import { JOB_CHANNEL } from "./tasks.js";

/**
 * Marks a job as running.
 *
 * @returns seconds since it was created; undefined if it was cancelled or has ended
 */
export async function beginJob({ sql }: Connection, id: string): Promise<number | undefined> {
  const [begun] = await sql<{ seconds: number }[]>`
    with begun as (
      update job set status = 'RUNNING', message = 'running', done = 0, updated_at = now()
      where id = ${id} and status in ('QUEUED', 'RUNNING') returning id, created_at)
    select extract(epoch from now() - created_at)::float8 as seconds, pg_notify(${JOB_CHANNEL}, id::text) from begun`;
  return begun?.seconds;
}

/** Adds `pieces` to the completed pieces of a job. */
export async function advanceJob({ sql }: Connection, id: string, pieces: number): Promise<void> {
  await sql`
    with moved as (
      update job set done = done + ${pieces}, updated_at = now() where id = ${id} and status = 'RUNNING' returning id)
    select pg_notify(${JOB_CHANNEL}, id::text) from moved`;
}

interface JobEnd {
  readonly status: "SUCCEEDED" | "FAILED";
  readonly message: string;
  readonly result?: unknown;
  /** Slugs of the studies that the job turned out to concern, if they were known before; undefined if they do not change. */
  readonly studies?: readonly string[];
}

/**
 * Ends a job, notifies all waiting requests, and ends the jobs whose last part it was. A failed job keeps its facts for a
 * while, so that further requests for them get the reason instead of another failure.
 */
export async function endJob({ sql }: Connection, id: string, end: JobEnd): Promise<void> {
  await sql.begin((transaction) => endJobIn(transaction, id, end));
}

/** Ends a job as `endJob` does, in the transaction that stores its result. Returns false if it had ended already. */
export async function endJobIn(sql: TransactionSql, id: string, end: JobEnd): Promise<boolean> {
  const result = end.result === undefined ? null : JSON.stringify(end.result);
  const ended = await sql<{ id: string }[]>`
    update job set status = ${end.status}, message = ${end.message}, result = ${result}::text::jsonb,
      studies = case when studies = '{}' then studies else coalesce(${end.studies === undefined ? null : [...end.studies]}::text[], studies) end,
      done = case when ${end.status} = 'SUCCEEDED' then total else done end, updated_at = now(), finished_at = now()
    where id = ${id} and status in ('QUEUED', 'RUNNING') returning id`;
  if (ended.length > 0) await afterEnd(sql, [id], end.status === "FAILED");
  return ended.length > 0;
}

/** Updates facts, larger jobs and requests that depend on ended jobs, in the transaction that ended the jobs. */
export async function afterEnd(sql: TransactionSql, ids: readonly string[], keepFacts: boolean): Promise<void> {
  if (!keepFacts) await sql`delete from job_fact where job_id = any(${[...ids]}::uuid[])`;
  const parents = await sql<{ id: string }[]>`
    select distinct whole_id as id from job_part where part_id = any(${[...ids]}::uuid[])`;
  await updateParents(
    sql,
    parents.map((parent) => parent.id),
  );
  await sql`select pg_notify(${JOB_CHANNEL}, unnest(${[...ids]}::text[]))`;
}

/** Updates progress and status of jobs that consist of other jobs. */
export async function updateParentJobs({ sql: connection }: Connection, ids: readonly string[]): Promise<void> {
  await connection.begin((sql) => updateParents(sql, ids));
}

async function updateParents(sql: TransactionSql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  // Locks first: if the last two parts end at once, the second one sees the end of the first.
  await sql`select from job where id = any(${[...ids]}::uuid[]) order by id for no key update`;
  await sql`
    with sums as (
      select whole_id, count(*) as parts, count(*) filter (where status in ('QUEUED', 'RUNNING')) as open,
        count(*) filter (where status in ('FAILED', 'CANCELLED')) as failed, sum(total) as total,
        coalesce(sum(total) filter (where status not in ('QUEUED', 'RUNNING')), 0) as done,
        min(message) filter (where status in ('FAILED', 'CANCELLED')) as why
      from job_part join job part on part.id = part_id
      where whole_id = any(${[...ids]}::uuid[]) group by whole_id),
    settled as (
      update job set updated_at = now(), done = sums.done, total = sums.total,
        status = case when open > 0 then 'RUNNING' when failed > 0 then 'FAILED' else 'SUCCEEDED' end::job_status,
        message = case when open > 0 then (parts - open) || ' of ' || parts || ' jobs have ended'
          when failed > 0 then failed || ' of ' || parts || ' jobs did not succeed: ' || why else 'done' end,
        finished_at = case when open > 0 then null else now() end
      from sums where job.id = sums.whole_id and job.status in ('QUEUED', 'RUNNING') returning id)
    select pg_notify(${JOB_CHANNEL}, id::text) from settled`;
}
