import { v7 as newId } from "uuid";
import type { Database } from "./database.js";
import type { JobStatus } from "./generated/client.js";

export type { JobStatus } from "./generated/client.js";

/** One long-running piece of work. */
export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly status: JobStatus;
  readonly done: number;
  readonly total: number;
  /** Where it stands, or why it failed. */
  readonly message: string;
  readonly result: unknown;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** How often a running job must be touched, and after how long without it the job counts as dead. */
export const HEARTBEAT_SECONDS = 10;
const DEAD_AFTER_SECONDS = 60;

export async function createJob({ sql }: Database, kind: string, message: string): Promise<string> {
  const id = newId();
  await sql`insert into job (id, kind, status, message) values (${id}, ${kind}, 'RUNNING', ${message})`;
  return id;
}

/** Notes progress; without any it is a sign of life. */
export async function touchJob(
  { sql }: Database,
  id: string,
  progress?: { readonly done: number; readonly total: number; readonly message: string },
): Promise<void> {
  if (progress === undefined) await sql`update job set updated_at = now() where id = ${id} and status = 'RUNNING'`;
  else {
    const { done, total, message } = progress;
    await sql`
      update job set updated_at = now(), done = ${done}, total = ${total}, message = ${message}
      where id = ${id} and status = 'RUNNING'`;
  }
}

export async function finishJob(
  { sql }: Database,
  id: string,
  end: { readonly status: "SUCCEEDED" | "FAILED"; readonly message: string; readonly result?: unknown },
): Promise<void> {
  const result = end.result === undefined ? null : JSON.stringify(end.result);
  await sql`
    update job set status = ${end.status}, message = ${end.message}, result = ${result}::text::jsonb,
      done = case when ${end.status} = 'SUCCEEDED' then total else done end, updated_at = now(), finished_at = now()
    where id = ${id}`;
}

/** The jobs of `ids`; one whose process died without a word is given as failed. */
export function jobsById({ sql }: Database, ids: readonly string[]): Promise<Job[]> {
  return sql<Job[]>`
    select id, kind, done, total, result, created_at as "createdAt",
      case when dead then 'FAILED' else status end as status,
      case when dead then 'The process that ran it has died; start it again.' else message end as message,
      case when dead then updated_at else finished_at end as "finishedAt"
    from (
      select *, status = 'RUNNING' and updated_at < now() - make_interval(secs => ${DEAD_AFTER_SECONDS}) as dead from job
      where id = any(${[...ids]}::uuid[])) as job`;
}
