import { setTimeout as sleep } from "node:timers/promises";
import { graphql } from "../../model/graphql-document.js";
import { JOB_STATE, type GraphQLClient, type JobState } from "../client/graphql-client.js";

/** Time between two requests for the running jobs. */
const POLL_MILLISECONDS = 500;
/** The API's maximum of jobs in one list; the output says when there may be more. */
export const MAX_WATCHED = 100;

/** The watched jobs after a change. */
export interface WatchedJobs {
  /** Jobs that are new or have changed since the last time. */
  readonly changed: readonly JobState[];
  /** All jobs seen so far, by id; ended jobs in their final state. */
  readonly jobs: ReadonlyMap<string, JobState>;
  /** Whether there may be running jobs that are not watched. */
  readonly truncated: boolean;
}

export function hasEnded({ status }: JobState): boolean {
  return status !== "QUEUED" && status !== "RUNNING";
}

/** Follows one job until it has ended. @throws JOB_NOT_FOUND */
export async function* followJob(
  client: GraphQLClient,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<WatchedJobs, void> {
  for await (const job of client.jobChanges(id, signal)) {
    yield { changed: [job], jobs: new Map([[id, job]]), truncated: false };
  }
}

/** Follows all queued and running jobs, including those that start meanwhile, until none is left. */
export async function* followAllJobs(client: GraphQLClient, signal: AbortSignal): AsyncGenerator<WatchedJobs, void> {
  const jobs = new Map<string, JobState>();
  for (;;) {
    const { jobs: running } = await client.query(RUNNING, { first: MAX_WATCHED }, signal);
    const runningIds = new Set(running.map(({ id }) => id));
    const missing = [...jobs.values()].filter((job) => !hasEnded(job) && !runningIds.has(job.id));
    const ended = await Promise.all(missing.map(async ({ id }) => (await client.query(JOB, { id }, signal)).job));
    const changed = [...running, ...ended.filter((job) => job !== null)].filter(
      (job) => JSON.stringify(jobs.get(job.id)) !== JSON.stringify(job),
    );
    for (const job of changed) jobs.set(job.id, job);
    // A job that was deleted meanwhile, or is no longer visible, has no further state.
    for (const [i, { id }] of missing.entries()) if (ended[i] === null) jobs.delete(id);
    if (changed.length > 0) yield { changed, jobs, truncated: running.length === MAX_WATCHED };
    if (running.length === 0) return;
    await sleep(POLL_MILLISECONDS, undefined, { signal });
  }
}

const RUNNING = graphql(
  `
    query Running($first: Int!) {
      jobs(status: [QUEUED, RUNNING], first: $first) {
        ...JobState
      }
    }
  `,
  [JOB_STATE],
);

const JOB = graphql(
  `
    query Job($id: ID!) {
      job(id: $id) {
        ...JobState
      }
    }
  `,
  [JOB_STATE],
);
