import { EventEmitter, once, setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.js";
import type { Connection } from "../store/connection.js";
import { openNotificationListener, type NotificationListener } from "../store/notification-listener.js";
import { jobsById, type Job } from "../store/queue/jobs.js";
import { JOB_CHANNEL } from "../store/queue/tasks.js";

/** Interval at which jobs are read without a notification, since one may have been missed. */
const POLL_MILLISECONDS = 1000;

const ENDED: ReadonlySet<Job["status"]> = new Set(["SUCCEEDED", "FAILED", "CANCELLED"]);

/** Waits for changes of jobs, whichever process runs them. A process needs only one. */
export interface JobWatch {
  /**
   * Resolves when all of `ids` have ended, and after `milliseconds` at the latest, with the jobs that have ended.
   *
   * @throws the signal's reason where it is aborted
   */
  ended(
    ids: readonly string[],
    options: { readonly milliseconds: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Map<string, Job>>;
  /** Yields the job now and after each change, until it has ended; nothing where there is no such job. */
  changes(id: string, signal?: AbortSignal): AsyncGenerator<Job, void, void>;
  /** Ends all waits. */
  close(): Promise<void>;
}

/** Opens a watch over the jobs of a database, which listens for notifications from its first use on. */
export function openJobWatch(connection: Connection, log: Log): JobWatch {
  const changed = new EventEmitter().setMaxListeners(0);
  const closing = new AbortController();
  let listener: Promise<NotificationListener> | undefined;

  function listen(): Promise<NotificationListener> {
    listener ??= openNotificationListener(connection, JOB_CHANNEL, {
      onNotification: (id) => changed.emit(id),
      onReconnect: wakeAll,
      log,
    }).catch((error: unknown) => {
      // The next use tries again.
      listener = undefined;
      throw error;
    });
    return listener;
  }

  function wakeAll(): void {
    // `once` also listens for "error" events, of which there are none.
    for (const name of changed.eventNames()) if (name !== "error") changed.emit(name);
  }

  /** Resolves at the next change of one of `ids`, or when it is time to read them without one. */
  async function nextChange(ids: Iterable<string>, milliseconds: number, signal?: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const signals = AbortSignal.any([stop.signal, closing.signal, ...(signal === undefined ? [] : [signal])]);
    // Each job has a listener.
    setMaxListeners(0, signals);
    try {
      await Promise.race([
        ...[...ids].map((id) => once(changed, id, { signal: signals })),
        sleep(Math.min(milliseconds, POLL_MILLISECONDS), undefined, { signal: signals }),
      ]);
    } finally {
      stop.abort();
    }
  }

  /** Adds those of `ids` that have ended to `ended`. */
  async function readEnded(ids: readonly string[], ended: Map<string, Job>): Promise<void> {
    for (const job of await jobsById(connection, ids)) if (ENDED.has(job.status)) ended.set(job.id, job);
  }

  return {
    async ended(ids, { milliseconds, signal }) {
      const until = performance.now() + milliseconds;
      await listen();
      const ended = new Map<string, Job>();
      for (;;) {
        signal?.throwIfAborted();
        const open = ids.filter((id) => !ended.has(id));
        const left = until - performance.now();
        // The wait begins before the jobs are read, so that a change in between is not missed.
        const change = open.length > 0 && left > 0 ? nextChange(open, left, signal) : undefined;
        change?.catch(() => undefined);
        await readEnded(open, ended);
        if (ended.size === ids.length || change === undefined) return ended;
        await change.catch((error: unknown) => {
          signal?.throwIfAborted();
          throw error;
        });
      }
    },
    async *changes(id, signal) {
      await listen();
      let last = "";
      for (;;) {
        const change = nextChange([id], Infinity, signal);
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
