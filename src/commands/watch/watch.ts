import { validate } from "uuid";
import { failure } from "../../errors.js";
import type { Asker, JobState } from "../asker/asker.js";
import { openAsker } from "../asker/open-asker.js";
import { EXIT } from "../exit-codes.js";
import { interruptible } from "../interruptible.js";
import { print, type Process } from "../process.js";
import { liveLines } from "../terminal/live-lines.js";
import { screenOf, type Screen } from "../terminal/screen.js";
import { followAllJobs, followJob, hasEnded, MOST_WATCHED, type Watched } from "./follow-jobs.js";
import { jobLine } from "./job-lines.js";

export interface WatchOptions {
  readonly json?: true;
  readonly server?: string;
}

/**
 * Shows how far jobs are until they have ended: one by its id, what a study's weights still need (which it asks for), or all
 * that wait and run. With JSON, a line a change: `{ "job": ... }`, and at last `{ "ended": { "SUCCEEDED": 1, ... }, "truncated": false }`.
 * The exit code is 1 where one failed or was cancelled.
 */
export function watch(command: Process, what: string | undefined, options: WatchOptions): Promise<void> {
  return interruptible(async (signal) => {
    const asker = await openAsker(command, { purpose: "watch", server: options.server });
    try {
      const followed = await follow(asker, what, signal);
      const show = options.json ? jsonLines() : shownOn(screenOf(process.stdout, command.config));
      const seen = new Map<string, JobState>();
      let truncated = false;
      for await (const state of followed) {
        truncated ||= state.truncated;
        for (const [id, job] of state.jobs) seen.set(id, job);
        show(state);
      }
      signal.throwIfAborted();
      const ended = countByStatus([...seen.values()]);
      print(options.json ? JSON.stringify({ ended, truncated }) : summary(ended, truncated));
      if (Object.keys(ended).some((status) => status !== "SUCCEEDED")) process.exitCode = EXIT.FAILED;
    } finally {
      await asker.close();
    }
  });
}

/** @throws JOB_NOT_FOUND, STUDY_NOT_FOUND */
async function follow(asker: Asker, what: string | undefined, signal: AbortSignal): Promise<AsyncIterable<Watched>> {
  if (what === undefined) return followAllJobs(asker, signal);
  if (validate(what)) return followJob(asker, what, signal);
  const { study } = (await asker.ask(STUDY, { slug: what }, signal)) as { study: object | null };
  if (study === null) {
    throw failure("STUDY_NOT_FOUND", {
      where: "what to watch",
      received: JSON.stringify(what),
      todo: "Name a job's id or a study's slug; rankscope studies lists them.",
    });
  }
  const { precomputeStudy } = (await asker.ask(PRECOMPUTE, { slug: what }, signal)) as {
    precomputeStudy: { job: { id: string } };
  };
  return followJob(asker, precomputeStudy.job.id, signal);
}

const STUDY = "query Study($slug: String!) { study(slug: $slug) { slug } }";
const PRECOMPUTE = "mutation Precompute($slug: String!) { precomputeStudy(slug: $slug) { job { id } } }";

function jsonLines(): (state: Watched) => void {
  return ({ changed }) => print(...changed.map((job) => JSON.stringify({ job })));
}

/** Bars that move in their place, or, where lines cannot be written over, a line a change. */
function shownOn(screen: Screen): (state: Watched) => void {
  if (!screen.interactive) return ({ changed }) => print(...changed.map((job) => jobLine(job, screen)));
  const live = liveLines((text) => process.stdout.write(text));
  return ({ jobs, truncated }) => {
    const running = [...jobs.values()].filter((job) => !hasEnded(job));
    const ended = [...jobs.values()].filter(hasEnded);
    const room = Math.max(1, screen.rows - 3);
    const lines = [...running, ...ended.reverse()].map((job) => jobLine(job, screen));
    const more = lines.length - room;
    const notes = [
      ...(more > 0 ? [`and ${more} more, ${running.length} of all run or wait`] : []),
      ...(truncated ? [`only the newest ${MOST_WATCHED} that run or wait are looked at`] : []),
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
    ? "No job waits or runs."
    : `Ended: ${counts.join(", ")}${truncated ? `; there were more than the newest ${MOST_WATCHED}` : ""}.`;
}
