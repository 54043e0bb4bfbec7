import type { Connection } from "../connection.js";
import type { Log } from "../../log.js";
import { JOB_CHANNEL } from "./tasks.js";

/** How often the listening connection is tried, and how long its answer may take. */
const PULSE_MILLISECONDS = 2000;
const PATIENCE_MILLISECONDS = 5000;

export interface JobListener {
  /** Calls `heard` with the id of each job that changes, until `close`. */
  readonly close: () => Promise<void>;
}

/**
 * Listens to the changes of jobs. A notification may be missed while PostgreSQL is away: `missed` is called when that may
 * have happened, and whoever waits must look for himself. The connection is tried again and again by a message to itself,
 * so that one that died without a word (a pulled cable) is replaced too.
 */
export async function listenToJobs(
  { sql }: Connection,
  { heard, missed, log }: { heard: (id: string) => void; missed: () => void; log: Log },
): Promise<JobListener> {
  const pulse = `pulse ${process.pid} ${Math.random()}`;
  // Of a clock that nobody sets.
  let lastHeard = performance.now();
  let subscription = await subscribe();

  function subscribe() {
    return sql.listen(JOB_CHANNEL, (payload) => {
      lastHeard = performance.now();
      if (!payload.startsWith("pulse ")) heard(payload);
    });
  }

  let busy: Promise<void> | undefined;
  async function beat(): Promise<void> {
    try {
      await sql.notify(JOB_CHANNEL, pulse);
      if (performance.now() - lastHeard < PATIENCE_MILLISECONDS) return;
      log.warn("notifications of jobs have stopped: listening anew");
      void subscription.unlisten().catch(() => undefined);
      subscription = await subscribe();
      lastHeard = performance.now();
      missed();
    } catch (err) {
      log.debug({ err }, "PostgreSQL cannot be reached to listen to jobs");
    }
  }
  const timer = setInterval(() => {
    busy ??= beat().finally(() => (busy = undefined));
  }, PULSE_MILLISECONDS);
  return {
    async close() {
      clearInterval(timer);
      await busy;
      await subscription.unlisten().catch(() => undefined);
    },
  };
}
