import { Piscina } from "piscina";
import type { EngineOptions } from "../../compute/engine-types.js";
import type { ThreadResult, ThreadSettings, ThreadTask } from "./compute-thread.js";
import { openGpuSelector } from "./gpu-selector.js";

/** A thread that has been idle for this long ends, which frees its memory. */
const IDLE_MILLISECONDS = 60_000;

/** The compute threads of a worker. ONNX Runtime blocks the thread that calls it, so nothing is computed on the main one. */
export interface ComputePool {
  readonly threads: number;
  /** @throws the signal's reason where it is aborted; a CPU thread is then ended, whatever it is computing */
  run(task: ThreadTask, signal: AbortSignal): Promise<ThreadResult>;
  close(): Promise<void>;
}

/**
 * Opens the pool. One thread starts at once, loads ONNX Runtime and stays; the others start and end with the work.
 *
 * These threads compute on the CPU. GPU tasks run one after the other on a thread of their own: ONNX Runtime has one WebGPU
 * device a process, and sessions that use it from two threads at once crash, or return wrong products without an error. That
 * thread is never ended during a task or for being idle, because its device would be lost for the next one.
 */
export function openComputePool(threads: number, settings: ThreadSettings): ComputePool {
  const cpuEngine: EngineOptions = { ...settings.engine, provider: "cpu" };
  const cpu = openThreads({ minThreads: 1, maxThreads: threads, idleTimeout: IDLE_MILLISECONDS }, settings, cpuEngine);
  // Loading ONNX Runtime takes longer than most comparisons, so it is loaded before the first request.
  const loaded = cpu.run({ kind: "COMPARISON", layers: [] }).catch(() => undefined);
  const isForGpu = openGpuSelector(settings.engine);
  const gpu = openGpuThread(settings);
  return {
    threads,
    run: async (task, signal) => ((await isForGpu(task)) ? gpu.run(task, signal) : cpu.run(task, { signal })),
    async close() {
      // The process aborts (SIGABRT) where a thread is ended while it loads ONNX Runtime 1.30.
      await loaded;
      await Promise.all([cpu.destroy(), gpu.close()]);
    },
  };
}

/** Opens the GPU thread, which starts with its first task and runs one task at a time. */
function openGpuThread(settings: ThreadSettings): Pick<ComputePool, "run" | "close"> {
  let thread: Piscina<ThreadTask, ThreadResult> | undefined;
  let previous: Promise<unknown> = Promise.resolve();
  return {
    run(task, signal) {
      const result = previous.then(() => {
        // Only a task that has not begun is cancelled: aborting it in Piscina would end the thread.
        signal.throwIfAborted();
        thread ??= openThreads({ minThreads: 0, maxThreads: 1, idleTimeout: Infinity }, settings, settings.engine);
        return thread.run(task);
      });
      previous = result.catch(() => undefined);
      return result;
    },
    async close() {
      await thread?.destroy();
    },
  };
}

function openThreads(
  options: { readonly minThreads: number; readonly maxThreads: number; readonly idleTimeout: number },
  settings: ThreadSettings,
  engine: EngineOptions,
): Piscina<ThreadTask, ThreadResult> {
  return new Piscina<ThreadTask, ThreadResult>({
    filename: new URL("./compute-thread.js", import.meta.url).href,
    name: "compute",
    ...options,
    workerData: { ...settings, engine } satisfies ThreadSettings,
  });
}
