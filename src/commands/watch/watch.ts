import { validate } from "uuid";
import { failure } from "../../errors.js";
import { graphql } from "../../model/graphql-document.js";
import type { GraphQLClient, JobState } from "../client/graphql-client.js";
import { openClient } from "../client/open-client.js";
import { EXIT } from "../exit-codes.js";
import { interruptible } from "../interruptible.js";
import { print, printLines, type Process } from "../process.js";
import { liveLines } from "../terminal/live-lines.js";
import { screenOf, type Screen } from "../terminal/screen.js";
import { followAllJobs, followJob, hasEnded, MAX_WATCHED, type WatchedJobs } from "./follow-jobs.js";
import { jobLine } from "./job-line.js";

export interface WatchOptions {
  readonly json?: true;
  readonly server?: string;
}

/**
 * Shows the progress of jobs until they have ended: one job by its id, the computation of all results from a study's weights
 * (which it starts), or all queued and running jobs. With JSON, one line per change, `{ "job": ... }`, and
 * finally `{ "ended": { "SUCCEEDED": 1, ... }, "truncated": false }`. The exit code is 1 where a job failed or was cancelled.
 */
export function watch(command: Process, target: string | undefined, options: WatchOptions): Promise<void> {
  return interruptible(async (signal) => {
    const client = await openClient(command, { purpose: "watch", server: options.server });
    try {
      const states = await follow(client, target, signal);
      const show = options.json ? jsonPrinter() : linePrinter(screenOf(process.stdout, command.config));
      const seen = new Map<string, JobState>();
      let truncated = false;
      for await (const state of states) {
        truncated ||= state.truncated;
        for (const [id, job] of state.jobs) seen.set(id, job);
        show(state);
      }
      signal.throwIfAborted();
      const ended = countByStatus([...seen.values()]);
      print(options.json ? JSON.stringify({ ended, truncated }) : summary(ended, truncated));
      if (Object.keys(ended).some((status) => status !== "SUCCEEDED")) process.exitCode = EXIT.FAILED;
    } finally {
      await client.close();
    }
  });
}

/** @throws JOB_NOT_FOUND, STUDY_NOT_FOUND */
async function follow(
  client: GraphQLClient,
  target: string | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<WatchedJobs>> {
  if (target === undefined) return followAllJobs(client, signal);
  if (validate(target)) return followJob(client, target, signal);
  const { study } = await client.query(STUDY, { slug: target }, signal);
  if (study === null) {
    throw failure("STUDY_NOT_FOUND", {
      where: "the job or study to watch",
      received: JSON.stringify(target),
      fix: "Give a job's id or a study's slug; list the studies with: rankscope studies",
    });
  }
  const { precomputeStudy } = await client.query(PRECOMPUTE, { slug: target }, signal);
  return followJob(client, precomputeStudy.job.id, signal);
}

const STUDY = graphql(`
  query WatchedStudy($slug: String!) {
    study(slug: $slug) {
      slug
    }
  }
`);

const PRECOMPUTE = graphql(`
  mutation Precompute($slug: String!) {
    precomputeStudy(slug: $slug) {
      job {
        id
      }
    }
  }
`);

function jsonPrinter(): (state: WatchedJobs) => void {
  return ({ changed }) => printLines(changed.map((job) => JSON.stringify({ job })));
}

/** Prints progress bars that move in place, or, where lines cannot be overwritten, one line per change. */
function linePrinter(screen: Screen): (state: WatchedJobs) => void {
  if (!screen.interactive) return ({ changed }) => printLines(changed.map((job) => jobLine(job, screen)));
  const live = liveLines((text) => process.stdout.write(text));
  return ({ jobs, truncated }) => {
    const running = [...jobs.values()].filter((job) => !hasEnded(job));
    const ended = [...jobs.values()].filter(hasEnded);
    const room = Math.max(1, screen.rows - 3);
    const lines = [...running, ...ended.reverse()].map((job) => jobLine(job, screen));
    const more = lines.length - room;
    const notes = [
      ...(more > 0 ? [`and ${more} more; ${running.length} of all jobs are queued or running`] : []),
      ...(truncated ? [`only the newest ${MAX_WATCHED} queued and running jobs are watched`] : []),
    ];
    live.show([...lines.slice(0, room), ...notes]);
  };
}

function countByStatus(jobs: readonly JobState[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of jobs) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function summary(ended: Readonly<Record<string, number>>, truncated: boolean): string {
  const counts = Object.entries(ended).map(([status, count]) => `${count} ${status.toLowerCase()}`);
  return counts.length === 0
    ? "No job is queued or running."
    : `Ended: ${counts.join(", ")}${truncated ? `; only the newest ${MAX_WATCHED} jobs were watched` : ""}.`;
}
