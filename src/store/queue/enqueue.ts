import type { TransactionSql } from "postgres";
import { failure } from "../../errors.js";
import type { Connection } from "../connection.js";
import type { JobRequester } from "../../model/job-requester.js";
import { MAX_ATTEMPTS, PRIORITY, RETRY_AFTER_SECONDS } from "./tasks.js";

/** A job that is to find `facts`, as far as no other job does already. */
export interface NewJob {
  readonly id: string;
  /** Keys of facts, unique in the call. */
  readonly facts: readonly string[];
  /** What the worker is given, for those of `facts` that are this job's own. */
  payload(facts: ReadonlySet<string>): unknown;
}

export interface EnqueueOptions {
  readonly task: string;
  readonly urgency: keyof typeof PRIORITY;
  /** A job of which these are parts; it must exist. */
  readonly whole?: string | undefined;
  readonly requester?: JobRequester | undefined;
  /** No bounds where they are left out. */
  readonly bounds?: QueueBounds | undefined;
}

/** How many jobs may wait for a worker. Those who add at the same moment do not see each other: it may be exceeded by theirs. */
export interface QueueBounds {
  readonly queuedJobs: number;
  /** Of one token. */
  readonly queuedJobsEach: number;
}

/**
 * Queues what no job works on yet, in one transaction: each missing fact gets exactly one job, however many processes ask
 * for it at once. An interactive request counts as waiting for every job named in the answer, and hurries those that were
 * queued for later.
 *
 * @returns the job of each fact; a fact without one was found by another job meanwhile: look it up again
 * @throws QUEUE_FULL, and then nothing was queued
 */
export async function enqueue(
  { sql: connection }: Connection,
  jobs: readonly NewJob[],
  { task, urgency, whole, requester = {}, bounds }: EnqueueOptions,
): Promise<Map<string, string>> {
  return connection.begin(async (sql) => {
    const owners = await claim(sql, jobs, requester);
    const mine = jobs.map((job) => ({ job, own: new Set(job.facts.filter((key) => owners.get(key) === job.id)) }));
    const empty = mine.filter(({ own }) => own.size === 0).map(({ job }) => job.id);
    const full = mine.filter(({ own }) => own.size > 0);
    if (empty.length > 0) await sql`delete from job where id = any(${empty}::uuid[])`;
    if (full.length > 0) {
      if (bounds !== undefined) await checkBounds(sql, bounds, requester.requestedBy);
      const added = full.map(({ job, own }) => ({ id: job.id, total: own.size, payload: job.payload(own) }));
      await sql`
        with added as (
          select * from json_to_recordset(${JSON.stringify(added)}::text::json) as job (id uuid, total int, payload json)),
        counted as (update job set total = added.total from added where job.id = added.id)
        select graphile_worker.add_job(${task}, payload, max_attempts => ${MAX_ATTEMPTS}, job_key => id::text,
          priority => ${PRIORITY[urgency]}) from added`;
    }
    const involved = [...new Set(owners.values())];
    if (whole !== undefined && involved.length > 0) {
      await sql`
        insert into job_part (whole_id, part_id) select ${whole}, unnest(${involved}::uuid[]) on conflict do nothing`;
    }
    if (urgency === "INTERACTIVE" && involved.length > 0) await waitFor(sql, involved);
    return owners;
  });
}

/** Makes the jobs' rows and notes which facts are theirs; the job of every fact that has one afterwards. */
async function claim(
  sql: TransactionSql,
  jobs: readonly NewJob[],
  { requestedBy, studies = [] }: JobRequester,
): Promise<Map<string, string>> {
  // In one order in all processes, so that two that claim the same facts wait for each other instead of deadlocking.
  const claims = jobs
    .flatMap(({ id, facts }) => facts.map((key) => ({ key, id })))
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  const keys = claims.map(({ key }) => key);
  await sql`
    insert into job (id, kind, status, message, asked_by, studies)
    select unnest(${jobs.map(({ id }) => id)}::uuid[]), 'COMPUTE', 'QUEUED', 'waiting for a worker',
      ${requestedBy ?? null}, ${[...studies]}::text[]`;
  await sql`
    delete from job_fact using job
    where key = any(${keys}::text[]) and job.id = job_id and status = 'FAILED'
      and finished_at < now() - make_interval(secs => ${RETRY_AFTER_SECONDS})`;
  // "do nothing" takes no lock on the facts of other jobs: those that end meanwhile lock their job first and then its facts.
  await sql`
    insert into job_fact (key, job_id)
    select * from unnest(${keys}::text[], ${claims.map(({ id }) => id)}::uuid[]) on conflict (key) do nothing`;
  const rows = await sql<{ key: string; jobId: string }[]>`
    select key, job_id as "jobId" from job_fact where key = any(${keys}::text[])`;
  return new Map(rows.map(({ key, jobId }) => [key, jobId]));
}

/** Counts what waits, with what this transaction has added. @throws QUEUE_FULL */
async function checkBounds(
  sql: TransactionSql,
  { queuedJobs, queuedJobsEach }: QueueBounds,
  requestedBy: string | undefined,
): Promise<void> {
  const [row] = await sql<{ all: number; own: number }[]>`
    select count(*)::int as all, count(*) filter (where asked_by = ${requestedBy ?? null})::int as own
    from job where status = 'QUEUED'`;
  const { all, own } = row ?? { all: 0, own: 0 };
  if (all > queuedJobs) {
    throw failure("QUEUE_FULL", { received: `${all} with these`, allowed: String(queuedJobs) });
  }
  if (own > queuedJobsEach) {
    throw failure("QUEUE_FULL", { received: `${own} of this token with these`, allowed: String(queuedJobsEach) });
  }
}

async function waitFor(sql: TransactionSql, ids: readonly string[]): Promise<void> {
  await sql`
    with locked as (
      select id from job where id = any(${[...ids]}::uuid[]) and status in ('QUEUED', 'RUNNING')
      order by id for no key update),
    waited as (update job set waiting = waiting + 1 from locked where job.id = locked.id returning job.id)
    select graphile_worker.reschedule_jobs(array_agg(queued.id), priority => ${PRIORITY.INTERACTIVE})
    from graphile_worker.jobs queued join waited on queued.key = waited.id::text
    where queued.priority > ${PRIORITY.INTERACTIVE} and queued.locked_at is null
    having count(*) > 0`;
}
