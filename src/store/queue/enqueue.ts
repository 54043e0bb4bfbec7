import type { TransactionSql } from "postgres";
import { failure } from "../../errors.js";
import type { Connection } from "../connection.js";
import type { JobRequester } from "../../model/job-payloads.js";
import { MAX_ATTEMPTS, PRIORITY, RETRY_AFTER_SECONDS } from "./tasks.js";

/** A job that computes those of `facts` that no other job computes. */
export interface NewJob {
  readonly id: string;
  /** Keys of facts, unique in one call. */
  readonly facts: readonly string[];
  /** Returns the job's payload for those of `facts` that it computes. */
  payload(facts: ReadonlySet<string>): unknown;
}

interface EnqueueOptions {
  /** `COMPUTE` by default. */
  readonly kind?: "COMPUTE" | "BEHAVIOUR" | undefined;
  readonly task: string;
  readonly urgency: keyof typeof PRIORITY;
  /** Id of an existing job that consists of these jobs. */
  readonly parent?: string | undefined;
  readonly requester?: JobRequester | undefined;
  /** Unbounded by default. */
  readonly bounds?: QueueBounds | undefined;
}

/** Maximum number of queued jobs. Calls at the same moment do not see each other's jobs and may exceed it together. */
export interface QueueBounds {
  readonly queuedJobs: number;
  /** Maximum for one token. */
  readonly queuedJobsEach: number;
}

/**
 * Queues the facts that no job computes yet, in one transaction. Each missing fact gets exactly one job, however many
 * processes request it at once. An interactive request counts as waiting for every returned job, and raises the priority of
 * precomputations among them.
 *
 * @returns the job of each fact; a fact without a job was computed meanwhile and must be looked up again
 * @throws QUEUE_FULL; nothing is queued then
 */
export async function enqueue(
  { sql: connection }: Connection,
  jobs: readonly NewJob[],
  { kind = "COMPUTE", task, urgency, parent, requester = {}, bounds }: EnqueueOptions,
): Promise<Map<string, string>> {
  return connection.begin(async (sql) => {
    const owners = await claim(sql, jobs, kind, requester);
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
    if (parent !== undefined && involved.length > 0) {
      await sql`
        insert into job_part (whole_id, part_id) select ${parent}, unnest(${involved}::uuid[]) on conflict do nothing`;
    }
    if (urgency === "INTERACTIVE" && involved.length > 0) await waitFor(sql, involved);
    return owners;
  });
}

/** Inserts the jobs and claims their facts. Returns the job of every fact that has one afterwards. */
async function claim(
  sql: TransactionSql,
  jobs: readonly NewJob[],
  kind: string,
  { requestedBy, studies = [] }: JobRequester,
): Promise<Map<string, string>> {
  // All processes use the same order, so that two that claim the same facts wait instead of deadlocking.
  const claims = jobs
    .flatMap(({ id, facts }) => facts.map((key) => ({ key, id })))
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  const keys = claims.map(({ key }) => key);
  await sql`
    insert into job (id, kind, status, message, asked_by, studies)
    select unnest(${jobs.map(({ id }) => id)}::uuid[]), ${kind}, 'QUEUED', 'waiting for a worker',
      ${requestedBy ?? null}, ${[...studies]}::text[]`;
  await sql`
    delete from job_fact using job
    where key = any(${keys}::text[]) and job.id = job_id and status = 'FAILED'
      and finished_at < now() - make_interval(secs => ${RETRY_AFTER_SECONDS})`;
  // "do nothing" does not lock the facts of other jobs: a job that ends meanwhile locks its row first and then its facts.
  await sql`
    insert into job_fact (key, job_id)
    select * from unnest(${keys}::text[], ${claims.map(({ id }) => id)}::uuid[]) on conflict (key) do nothing`;
  const rows = await sql<{ key: string; jobId: string }[]>`
    select key, job_id as "jobId" from job_fact where key = any(${keys}::text[])`;
  return new Map(rows.map(({ key, jobId }) => [key, jobId]));
}

/** Counts the queued jobs, including those of this transaction. @throws QUEUE_FULL */
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
