import { LRUCache } from "lru-cache";
import { Piscina } from "piscina";
import { failure } from "../../errors.js";
import type { DrawTask } from "./draw-thread.js";

/** Raise it when the same specification is drawn differently: it is a part of the tags of drawn files. */
export const RENDERER_VERSION = 1;

/** Draws plots on its own threads, with a cache. */
export interface Renderer {
  /**
   * Returns the bytes of a plot, drawn or from the cache.
   *
   * @param key identifies the task: tasks with equal keys have equal bytes
   * @throws PLOT_QUEUE_FULL, PLOT_FAILED
   */
  draw(key: string, task: DrawTask): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface RendererSettings {
  readonly threads: number;
  /** Maximum number of waiting tasks. More are rejected: their clients would have left before they are drawn. */
  readonly queue: number;
  readonly limitMilliseconds: number;
  /** Maximum size of the cache in bytes. */
  readonly cacheBytes: number;
}

const DEFAULTS: RendererSettings = {
  threads: 1,
  queue: 64,
  limitMilliseconds: 20_000,
  cacheBytes: 32 * 2 ** 20,
};

/** A thread without a task ends after this time, and frees its memory. */
const IDLE_MILLISECONDS = 60_000;
/** Maximum heap of a thread. A plot of 64 runs needs about 200 MB. */
const THREAD_MEGABYTES = 1024;

/** Opens a renderer. Its first thread starts with the first task. */
export function openRenderer(settings: Partial<RendererSettings> = {}): Renderer {
  const { threads, queue, limitMilliseconds, cacheBytes } = { ...DEFAULTS, ...settings };
  const pool = new Piscina<DrawTask, Uint8Array>({
    filename: new URL("./draw-thread.js", import.meta.url).href,
    name: "drawTask",
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MILLISECONDS,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEGABYTES },
  });
  const cache = new LRUCache<string, Uint8Array>({
    maxSize: cacheBytes,
    sizeCalculation: ({ length }) => length + 1,
  });
  const running = new Map<string, Promise<Uint8Array>>();

  async function drawAndCache(key: string, task: DrawTask): Promise<Uint8Array> {
    const signal = AbortSignal.timeout(limitMilliseconds);
    try {
      const bytes = await pool.run(task, { signal });
      cache.set(key, bytes);
      return bytes;
    } catch (cause) {
      if (signal.aborted) {
        throw failure("PLOT_FAILED", { received: `a drawing time over ${limitMilliseconds / 1000} s`, cause });
      }
      throw failure("PLOT_FAILED", { cause });
    }
  }

  return {
    draw(key, task) {
      const bytes = cache.get(key);
      if (bytes !== undefined) return Promise.resolve(bytes);
      const shared = running.get(key);
      if (shared !== undefined) return shared;
      // Piscina's own limit does not count the tasks that it has skipped.
      if (running.size >= threads + queue) {
        return Promise.reject(failure("PLOT_QUEUE_FULL", { received: `${queue} plots in the queue` }));
      }
      const started = drawAndCache(key, task).finally(() => running.delete(key));
      running.set(key, started);
      return started;
    },
    close: () => pool.destroy(),
  };
}
