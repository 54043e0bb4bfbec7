import type { WorkerEvents } from "graphile-worker";

/** How often in a row it must be seen, so that a database that was just away for a moment is not mistaken for it. */
const PATIENCE = 2;

export interface Acquiring {
  /**
   * To be called when the database has answered, at intervals in which jobs are looked for several times, with the ids of the
   * jobs that the queue says this runner has at that moment.
   *
   * @returns what keeps jobs from this runner, seen in this interval and in the one before; undefined where nothing does
   */
  trouble(locked: readonly string[]): string | undefined;
}

/**
 * Watches whether the jobs of the queue reach a runner of graphile-worker 0.17.3. It keeps the failure of its first question
 * for ever (`getTaskDetails` caches the promise): where PostgreSQL was away just then, it never takes a job, and never ends.
 * And a job whose row was lost together with the connection stays locked for a runner that does not know it: nobody does it.
 */
export function watchAcquiring(events: WorkerEvents): Acquiring {
  let failures = 0;
  let successes = 0;
  let intervals = 0;
  const held = new Set<string>();
  let unheld = new Set<string>();
  events.on("worker:getJob:error", () => failures++);
  events.on("worker:getJob:empty", () => successes++);
  events.on("job:start", ({ job }) => {
    successes++;
    held.add(job.id);
  });
  events.on("job:complete", ({ job }) => held.delete(job.id));
  return {
    trouble(locked) {
      intervals = failures > 0 && successes === 0 ? intervals + 1 : 0;
      failures = successes = 0;
      // One that is about to be held, or to be noted as done, is another at the next look.
      const before = unheld;
      unheld = new Set(locked.filter((id) => !held.has(id)));
      if (intervals >= PATIENCE) return "the queue gives no jobs, though the database answers";
      return [...unheld].some((id) => before.has(id)) ? "the queue has given a job that did not arrive" : undefined;
    },
  };
}
