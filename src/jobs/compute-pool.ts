import { Piscina } from "piscina";
import type { ThreadResult, ThreadSettings, ThreadTask } from "./compute-thread.js";

/** A thread that has had nothing to do for this long ends, and gives its memory back. */
const IDLE_MILLISECONDS = 60_000;

/** The compute threads of a worker: session.run blocks the thread that calls it, so none of this is on the main one. */
export interface ComputePool {
  readonly threads: number;
  /** @throws the signal's reason where it is aborted: the thread is ended then, whatever it was doing */
  run(task: ThreadTask, signal: AbortSignal): Promise<ThreadResult>;
  close(): Promise<void>;
}

/** Opens the pool; threads start with the first tasks. */
export function openComputePool(threads: number, settings: ThreadSettings): ComputePool {
  const pool = new Piscina<ThreadTask, ThreadResult>({
    filename: new URL("./compute-thread.js", import.meta.url).href,
    name: "compute",
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MILLISECONDS,
    workerData: settings,
  });
  return {
    threads,
    run: (task, signal) => pool.run(task, { signal }),
    close: () => pool.destroy(),
  };
}
