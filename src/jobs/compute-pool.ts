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

/** Opens the pool. One thread starts at once, with ONNX Runtime loaded, and stays; the others come and go with the work. */
export function openComputePool(threads: number, settings: ThreadSettings): ComputePool {
  const pool = new Piscina<ThreadTask, ThreadResult>({
    filename: new URL("./compute-thread.js", import.meta.url).href,
    name: "compute",
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: IDLE_MILLISECONDS,
    workerData: settings,
  });
  // Loading ONNX Runtime takes longer than most comparisons: the first who asks shall not wait for it.
  void pool.run({ kind: "COMPARISON", layers: [] }).catch(() => undefined);
  return {
    threads,
    run: (task, signal) => pool.run(task, { signal }),
    close: () => pool.destroy(),
  };
}
