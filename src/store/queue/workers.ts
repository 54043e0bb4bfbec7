import type { Connection } from "../connection.js";
import { afterEnd } from "./progress.js";
import { MAX_ATTEMPTS } from "./tasks.js";

/** A process that runs jobs. */
export interface WorkerProcess {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Id under which graphile-worker locks the jobs of this process. */
  readonly lockId: string;
  /** Id under which it locks those that run models. */
  readonly modelLockId?: string | undefined;
  /** Models that need more memory, in bytes, are left to other workers. Undefined for a worker that runs none. */
  readonly modelBytes?: number | undefined;
}

/** Interval of a worker's heartbeat, and time without one after which the worker counts as dead. */
export const WORKER_HEARTBEAT_SECONDS = 3;
export const DEAD_AFTER_SECONDS = 12;
/** Ended computations are deleted after this time. Their results are stored elsewhere. */
const KEEP_ENDED_DAYS = 7;

/** Records a worker's heartbeat, and registers the worker if its row is missing. */
export async function recordHeartbeat({ sql }: Connection, worker: WorkerProcess): Promise<void> {
  const { id, host, pid, lockId, modelLockId, modelBytes } = worker;
  await sql`
    insert into worker (id, host, pid, lock_id, model_lock_id, model_bytes)
    values (${id}, ${host}, ${pid}, ${lockId}, ${modelLockId ?? null}, ${modelBytes ?? null})
    on conflict (id) do update set seen_at = now(), lock_id = excluded.lock_id, model_lock_id = excluded.model_lock_id,
      model_bytes = excluded.model_bytes`;
}

/** Removes a worker and returns its jobs to the queue at once. */
export async function dismissWorker({ sql }: Connection, id: string): Promise<void> {
  await sql`
    with dead as (delete from worker where id = ${id} returning lock_id, model_lock_id)
    select graphile_worker.force_unlock_workers(array_agg(lock_id) || array_remove(array_agg(model_lock_id), null))
    from dead having count(*) > 0`;
}

/** Returns the queue's ids of the jobs that a worker has locked. */
export async function lockedJobs({ sql }: Connection, { lockId }: Pick<WorkerProcess, "lockId">): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id::text from graphile_worker.jobs where locked_by = ${lockId}`;
  return rows.map(({ id }) => id);
}

/** Returns the largest memory for models of a living worker, in bytes; 0 if none runs models. */
export async function largestModelWorker({ sql }: Connection): Promise<number> {
  const [row] = await sql<{ bytes: number | null }[]>`
    select max(model_bytes) as bytes from worker where seen_at > now() - make_interval(secs => ${DEAD_AFTER_SECONDS})`;
  return row?.bytes ?? 0;
}

/** Returns the number of living workers. */
export async function countWorkers({ sql }: Connection): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*) as n from worker where seen_at > now() - make_interval(secs => ${DEAD_AFTER_SECONDS})`;
  return row?.n ?? 0;
}

/**
 * Returns the jobs of dead workers to the queue, fails jobs without attempts left, and deletes computations that ended long
 * ago. Every worker calls it regularly.
 *
 * @returns the number of dead workers
 */
export async function sweep(connection: Connection): Promise<number> {
  const { sql } = connection;
  const dead = await sql<{ lockIds: string[] }[]>`
    delete from worker where seen_at < now() - make_interval(secs => ${DEAD_AFTER_SECONDS})
    returning array_remove(array[lock_id, model_lock_id], null) as "lockIds"`;
  if (dead.length > 0) {
    await sql`select graphile_worker.force_unlock_workers(${dead.flatMap(({ lockIds }) => lockIds)}::text[])`;
  }
  await endExhausted(connection);
  await sql`
    delete from job where kind in ('COMPUTE', 'BEHAVIOUR') and finished_at < now() - make_interval(days => ${KEEP_ENDED_DAYS})`;
  return dead.length;
}

/** Fails jobs whose last attempt ended with its worker, so that no worker could record the end. */
async function endExhausted({ sql: connection }: Connection): Promise<void> {
  const [found] = await connection<{ n: number }[]>`
    select 1 as n from graphile_worker.jobs where locked_at is null and attempts >= max_attempts and key is not null limit 1`;
  if (found === undefined) return;
  await connection.begin(async (sql) => {
    const failed = await sql<{ id: string }[]>`
      update job set status = 'FAILED', updated_at = now(), finished_at = now(),
        message = 'COMPUTE_FAILED: ' || case kind when 'BEHAVIOUR' then 'the measurement' else 'the comparison' end
          || ' could not be computed; '
          || coalesce('received ' || queued.last_error, 'its worker process ended in the middle of it') || ', '
          || ${MAX_ATTEMPTS}::text || ' times. Read the worker''s log; it is tried again when it is asked for later.'
      from graphile_worker.jobs queued
      where queued.key = job.id::text and queued.locked_at is null and queued.attempts >= queued.max_attempts
        and job.status in ('QUEUED', 'RUNNING') returning job.id`;
    await sql`
      select graphile_worker.remove_job(key) from graphile_worker.jobs
      where locked_at is null and attempts >= max_attempts and key is not null`;
    if (failed.length > 0)
      await afterEnd(
        sql,
        failed.map(({ id }) => id),
        true,
      );
  });
}
