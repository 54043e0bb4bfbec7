import { Piscina } from "piscina";
import type { EngineOptions } from "../compute/engine-types.js";
import type { ThreadResult, ThreadSettings, ThreadTask } from "./compute-thread.js";
import { openGpuChoice } from "./gpu-choice.js";

/** A thread that has had nothing to do for this long ends, and gives its memory back. */
const IDLE_MILLISECONDS = 60_000;

/** The compute threads of a worker: session.run blocks the thread that calls it, so none of this is on the main one. */
export interface ComputePool {
  readonly threads: number;
  /** @throws the signal's reason where it is aborted: a thread of the CPU is ended then, whatever it was doing */
  run(task: ThreadTask, signal: AbortSignal): Promise<ThreadResult>;
  close(): Promise<void>;
}

/**
 * Opens the pool. One thread starts at once, with ONNX Runtime loaded, and stays; the others come and go with the work.
 *
 * They compute on the CPU. What is for a GPU goes, one task after another, to a thread of its own: ONNX Runtime has one
 * WebGPU device a process, and sessions that run on it from two threads at once crash, or give wrong products without a
 * word. That thread is never ended in the middle of a task, or for idleness: its device would go from under the next.
 */
export function openComputePool(threads: number, settings: ThreadSettings): ComputePool {
  const open = (options: { minThreads: number; maxThreads: number; idleTimeout: number }, engine: EngineOptions) =>
    new Piscina<ThreadTask, ThreadResult>({
      filename: new URL("./compute-thread.js", import.meta.url).href,
      name: "compute",
      ...options,
      workerData: { ...settings, engine } satisfies ThreadSettings,
    });
  const pool = open(
    { minThreads: 1, maxThreads: threads, idleTimeout: IDLE_MILLISECONDS },
    { ...settings.engine, provider: "cpu" },
  );
  // Loading ONNX Runtime takes longer than most comparisons: the first who asks shall not wait for it.
  void pool.run({ kind: "COMPARISON", layers: [] }).catch(() => undefined);
  const isForGpu = openGpuChoice(settings.engine);
  let gpu: Piscina<ThreadTask, ThreadResult> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  function runOnGpu(task: ThreadTask, signal: AbortSignal): Promise<ThreadResult> {
    const mine = last.then(() => {
      signal.throwIfAborted();
      gpu ??= open({ minThreads: 0, maxThreads: 1, idleTimeout: Infinity }, settings.engine);
      return gpu.run(task);
    });
    last = mine.catch(() => undefined);
    return mine;
  }
  return {
    threads,
    run: async (task, signal) => ((await isForGpu(task)) ? runOnGpu(task, signal) : pool.run(task, { signal })),
    async close() {
      await Promise.all([pool.destroy(), gpu?.destroy()]);
    },
  };
}
