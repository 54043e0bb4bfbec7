import { EventEmitter, once } from "node:events";
import type { Log } from "../log.js";
import type { Connection } from "../store/connection.js";
import { openNotificationListener, type NotificationListener } from "../store/notification-listener.js";
import { jobsById, type Job } from "../store/jobs.js";
import { JOB_CHANNEL } from "../store/queue/tasks.js";

/** Looks at what is waited for this often even without a notification: one may have been missed. */
const LOOK_MILLISECONDS = 1000;

const ENDED: ReadonlySet<Job["status"]> = new Set(["SUCCEEDED", "FAILED", "CANCELLED"]);

/** Says when jobs change, whichever process runs them. One for each process that waits. */
export interface JobWatch {
  /**
   * Resolves when all of `ids` have ended, at the latest after `milliseconds`, with those that were seen to have ended.
   *
   * @throws the signal's reason where it is aborted
   */
  ended(
    ids: readonly string[],
    options: { readonly milliseconds: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Map<string, Job>>;
  /** The job now and after each of its changes, until it has ended. Nothing where there is no such job. */
  changes(id: string, signal?: AbortSignal): AsyncGenerator<Job, void, void>;
  /** Ends all waiting. */
  close(): Promise<void>;
}

/** Opens a watch over the jobs of a database; it listens from the first question on. */
export function openJobWatch(connection: Connection, log: Log): JobWatch {
  const changed = new EventEmitter().setMaxListeners(0);
  const closing = new AbortController();
  let listener: Promise<NotificationListener> | undefined;
  const listen = () =>
    (listener ??= openNotificationListener(connection, JOB_CHANNEL, {
      onNotification: (id) => changed.emit(id),
      // Whoever waits for an id listens for errors too (`once`), of which there are none.
      onReconnect: () => changed.eventNames().forEach((name) => name !== "error" && changed.emit(name)),
      log,
    }).catch((error: unknown) => {
      // The next question tries again.
      listener = undefined;
      throw error;
    }));

  /** Resolves at the next change of one of `ids`, or when it is time to look without one. */
  async function next(ids: Iterable<string>, milliseconds: number, signal?: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const signals = AbortSignal.any([stop.signal, closing.signal, ...(signal === undefined ? [] : [signal])]);
    try {
      await Promise.race([
        ...[...ids].map((id) => once(changed, id, { signal: signals })),
        sleep(Math.min(milliseconds, LOOK_MILLISECONDS), signals),
      ]);
    } finally {
      stop.abort();
    }
  }

  return {
    async ended(ids, { milliseconds, signal }) {
      const until = performance.now() + milliseconds;
      await listen();
      const seen = new Map<string, Job>();
      for (;;) {
        signal?.throwIfAborted();
        const open = ids.filter((id) => !seen.has(id));
        // Told before it is looked for, so that a change between the two is not missed.
        const left = until - performance.now();
        const change = open.length > 0 && left > 0 ? next(open, left, signal) : undefined;
        change?.catch(() => undefined);
        const jobs = new Map((await jobsById(connection, open)).map((job) => [job.id, job]));
        for (const id of open) {
          const job = jobs.get(id);
          if (job !== undefined && ENDED.has(job.status)) seen.set(id, job);
        }
        if (seen.size === ids.length || change === undefined) return seen;
        if (seen.size < ids.length) await change;
      }
    },
    async *changes(id, signal) {
      await listen();
      for (let last = ""; ;) {
        const change = next([id], Infinity, signal);
        change.catch(() => undefined);
        const [job] = await jobsById(connection, [id]);
        if (job === undefined) return;
        const state = JSON.stringify([job.status, job.done, job.total, job.message]);
        if (state !== last) yield job;
        last = state;
        if (ENDED.has(job.status)) return;
        await change;
      }
    },
    async close() {
      closing.abort();
      await (await listener?.catch(() => undefined))?.close();
    },
  };
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}
