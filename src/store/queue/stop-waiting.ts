import type { Connection } from "../connection.js";
import { afterEnd } from "./progress.js";

/**
 * Records that a request no longer waits for `ids`. A job is cancelled if no other request waits for it and it is not part
 * of a larger job: a queued job never runs, a running one is told to stop.
 */
export async function stopWaiting({ sql: connection }: Connection, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await connection.begin(async (sql) => {
    await sql`
      with locked as (select id from job where id = any(${[...ids]}::uuid[]) order by id for no key update)
      update job set waiting = greatest(waiting - 1, 0) from locked where job.id = locked.id`;
    const cancelled = await sql<{ id: string }[]>`
      update job set status = 'CANCELLED', message = 'nobody waited for it any more', updated_at = now(), finished_at = now()
      where id = any(${[...ids]}::uuid[]) and waiting = 0 and status in ('QUEUED', 'RUNNING')
        and not exists (select from job_part where part_id = job.id) returning id`;
    if (cancelled.length === 0) return;
    const gone = cancelled.map(({ id }) => id);
    await sql`select graphile_worker.remove_job(key) from unnest(${gone}::text[]) as key`;
    await afterEnd(sql, gone, false);
  });
}
