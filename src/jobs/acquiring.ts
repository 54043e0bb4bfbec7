import type { WorkerEvents } from "graphile-worker";

/** How often in a row it must be seen, so that a database that was just away for a moment is not mistaken for it. */
const PATIENCE = 2;

export interface Acquiring {
  /**
   * To be called when the database has answered, at intervals in which jobs are looked for several times: whether jobs
   * could not be looked for in this interval nor in the one before, though the database answers.
   */
  isStuck(): boolean;
}

/**
 * Watches whether a runner of graphile-worker can look for jobs. Version 0.17.3 keeps the failure of its first question
 * for ever (`getTaskDetails` caches the promise): where PostgreSQL was away just then, it never takes a job, and never ends.
 */
export function watchAcquiring(events: WorkerEvents): Acquiring {
  let failures = 0;
  let successes = 0;
  let intervals = 0;
  const succeeded = () => successes++;
  events.on("worker:getJob:error", () => failures++);
  events.on("worker:getJob:empty", succeeded);
  events.on("job:start", succeeded);
  return {
    isStuck() {
      intervals = failures > 0 && successes === 0 ? intervals + 1 : 0;
      failures = successes = 0;
      return intervals >= PATIENCE;
    },
  };
}
