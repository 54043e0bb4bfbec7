import type { Actor } from "../../model/audit.js";
import { recordAudit } from "../audit/record-audit.js";
import type { Connection } from "../connection.js";
import { afterEnd } from "./progress.js";

/**
 * Cancels a job that has not ended, and those of its parts for which no request waits and which are not parts of another open job.
 * A queued job never runs; a running one is told to stop, and stores nothing more.
 *
 * @returns false if the job has ended, or does not exist
 */
export async function cancelJob({ sql: connection }: Connection, id: string, actor: Actor): Promise<boolean> {
  return connection.begin(async (sql) => {
    // In the order of their ids, as all other transactions lock jobs.
    await sql`
      select from job where id = ${id} or id in (select part_id from job_part where whole_id = ${id})
      order by id for no key update`;
    const cancelled = await sql<{ id: string; kind: string; studies: string[] }[]>`
      update job set status = 'CANCELLED', message = 'cancelled by a client', updated_at = now(), finished_at = now()
      where id = ${id} and status in ('QUEUED', 'RUNNING') returning id, kind, studies`;
    if (cancelled.length === 0) return false;
    const parts = await sql<{ id: string }[]>`
      update job set status = 'CANCELLED', message = 'cancelled with the job that it is a part of', updated_at = now(),
        finished_at = now()
      where id in (select part_id from job_part where whole_id = ${id}) and waiting = 0 and status in ('QUEUED', 'RUNNING')
        and not exists (
          select from job_part other join job whole on whole.id = other.whole_id
          where other.part_id = job.id and whole.status in ('QUEUED', 'RUNNING'))
      returning id`;
    const ids = [...cancelled, ...parts].map((job) => job.id);
    await sql`select graphile_worker.remove_job(key) from unnest(${ids}::text[]) as key`;
    await afterEnd(sql, ids, false);
    for (const { kind, studies } of cancelled) {
      const study = studies.length === 1 ? (studies[0] ?? null) : null;
      await recordAudit(sql, actor, { action: "JOB_CANCELLED", study, subject: id, details: { kind, studies } });
    }
    return true;
  });
}
