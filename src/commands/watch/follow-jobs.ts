import { setTimeout as sleep } from "node:timers/promises";
import type { Asker, JobState } from "../asker/asker.js";

/** How often the running jobs are looked at where all are watched. */
const LOOK_MILLISECONDS = 500;
/** A list gives no more; that there are more is told. */
export const MOST_WATCHED = 100;

/** The state of what is watched, each time that it has changed. */
export interface Watched {
  /** Those that are new, or have changed since the last time. */
  readonly changed: readonly JobState[];
  /** All seen so far, the ended ones as they ended. */
  readonly jobs: ReadonlyMap<string, JobState>;
  /** Whether there may be running jobs that were not looked at. */
  readonly truncated: boolean;
}

export const hasEnded = ({ status }: JobState) => status !== "QUEUED" && status !== "RUNNING";

/** One job until it has ended. @throws JOB_NOT_FOUND */
export async function* followJob(asker: Asker, id: string, signal: AbortSignal): AsyncGenerator<Watched, void> {
  for await (const job of asker.changesOf(id, signal)) {
    yield { changed: [job], jobs: new Map([[id, job]]), truncated: false };
  }
}

/** All jobs that wait or run, those that begin meanwhile too, until none is left. */
export async function* followAllJobs(asker: Asker, signal: AbortSignal): AsyncGenerator<Watched, void> {
  const jobs = new Map<string, JobState>();
  for (;;) {
    const { jobs: running } = (await asker.ask(RUNNING, { first: MOST_WATCHED }, signal)) as { jobs: JobState[] };
    const here = new Set(running.map(({ id }) => id));
    const left = [...jobs.values()].filter((job) => !hasEnded(job) && !here.has(job.id));
    const ended = await Promise.all(left.map(({ id }) => jobOf(asker, id, signal)));
    const changed = [...running, ...ended.filter((job) => job !== null)].filter(
      (job) => JSON.stringify(jobs.get(job.id)) !== JSON.stringify(job),
    );
    for (const job of changed) jobs.set(job.id, job);
    // One that was forgotten meanwhile, or taken from view, can be told no more of.
    for (const [i, { id }] of left.entries()) if (ended[i] === null) jobs.delete(id);
    if (changed.length > 0) yield { changed, jobs, truncated: running.length === MOST_WATCHED };
    if (running.length === 0) return;
    await sleep(LOOK_MILLISECONDS, undefined, { signal });
  }
}

async function jobOf(asker: Asker, id: string, signal: AbortSignal): Promise<JobState | null> {
  return ((await asker.ask(JOB, { id }, signal)) as { job: JobState | null }).job;
}

const FIELDS = "id kind status done total message createdAt finishedAt";
const RUNNING = `query Running($first: Int!) { jobs(status: [QUEUED, RUNNING], first: $first) { ${FIELDS} } }`;
const JOB = `query Job($id: ID!) { job(id: $id) { ${FIELDS} } }`;
