import type { WorkerEvents } from "graphile-worker";

/** Intervals in a row without a job before the runner counts as stuck: the database may just have been away for a moment. */
const MIN_STUCK_INTERVALS = 2;

export interface RunnerWatch {
  /**
   * Returns what keeps jobs from the runner, where it did so in this interval and in the one before. Must be called when the
   * database has answered, at intervals in which the runner looks for jobs several times.
   *
   * @param lockedJobs the ids of the jobs that the queue has locked for this runner at that moment
   */
  problem(lockedJobs: readonly string[]): string | undefined;
}

/**
 * Watches whether the jobs of the queue reach a runner of graphile-worker 0.17.3, which has two faults:
 *
 * - It keeps the failure of its first query for ever (`getTaskDetails` caches the promise). A runner that starts while
 *   PostgreSQL is away never takes a job, and never ends.
 * - A job whose row is lost together with the connection stays locked for the runner, which never runs it.
 */
export function watchRunner(events: WorkerEvents): RunnerWatch {
  let failures = 0;
  let successes = 0;
  let stuckIntervals = 0;
  const running = new Set<string>();
  let lost = new Set<string>();
  events.on("worker:getJob:error", () => failures++);
  events.on("worker:getJob:empty", () => successes++);
  events.on("job:start", ({ job }) => {
    successes++;
    running.add(job.id);
  });
  events.on("job:complete", ({ job }) => running.delete(job.id));
  return {
    problem(lockedJobs) {
      stuckIntervals = failures > 0 && successes === 0 ? stuckIntervals + 1 : 0;
      failures = 0;
      successes = 0;
      // A job that is just being started or completed is not lost: it is gone at the next call.
      const lostBefore = lost;
      lost = new Set(lockedJobs.filter((id) => !running.has(id)));
      if (stuckIntervals >= MIN_STUCK_INTERVALS) return "the queue gives no jobs, though the database answers";
      if ([...lost].some((id) => lostBefore.has(id))) return "the queue has given a job that did not arrive";
      return undefined;
    },
  };
}
