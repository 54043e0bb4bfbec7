import { LRUCache } from "lru-cache";
import { Piscina } from "piscina";
import { failure } from "../../errors.js";
import type { DrawTask } from "./draw.js";

/** Draws pictures on threads of its own, and keeps what was drawn. */
export interface Renderer {
  /**
   * The picture's bytes, drawn or kept.
   *
   * @param key names the task: equal keys are equal pictures
   * @throws PLOT_QUEUE_FULL, PLOT_FAILED
   */
  draw(key: string, task: DrawTask): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface RendererSettings {
  readonly threads: number;
  /** Pictures that may wait; those beyond are refused, rather than drawn for someone who has left. */
  readonly queue: number;
  readonly limitMilliseconds: number;
  /** Bytes of pictures that are kept. */
  readonly keep: number;
}

const DEFAULTS: RendererSettings = { threads: 1, queue: 64, limitMilliseconds: 20_000, keep: 32 * 2 ** 20 };

/** A thread that has had nothing to draw for this long ends, and gives its memory back. */
const IDLE_MILLISECONDS = 60_000;
/** A picture of 64 runs needs about 200 MB. */
const THREAD_MEGABYTES = 1024;

/** Opens a renderer; its first thread starts with the first picture. */
export function openRenderer(settings: Partial<RendererSettings> = {}): Renderer {
  const { threads, queue, limitMilliseconds, keep } = { ...DEFAULTS, ...settings };
  const pool = new Piscina<DrawTask, Uint8Array>({
    filename: new URL("./draw-thread.js", import.meta.url).href,
    name: "drawTask",
    ...{ minThreads: 0, maxThreads: threads, idleTimeout: IDLE_MILLISECONDS },
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEGABYTES },
  });
  const kept = new LRUCache<string, Uint8Array>({ maxSize: keep, sizeCalculation: ({ length }) => length + 1 });
  const drawing = new Map<string, Promise<Uint8Array>>();

  async function drawn(key: string, task: DrawTask): Promise<Uint8Array> {
    const signal = AbortSignal.timeout(limitMilliseconds);
    try {
      const bytes = await pool.run(task, { signal });
      kept.set(key, bytes);
      return bytes;
    } catch (cause) {
      if (signal.aborted) {
        throw failure("PLOT_FAILED", { received: `more than ${limitMilliseconds / 1000} s of drawing`, cause });
      }
      throw failure("PLOT_FAILED", { cause });
    }
  }

  return {
    draw(key, task) {
      const bytes = kept.get(key);
      if (bytes !== undefined) return Promise.resolve(bytes);
      const running = drawing.get(key);
      if (running !== undefined) return running;
      // Counted here: Piscina's own limit leaves out the tasks that it has set aside.
      if (drawing.size >= threads + queue) {
        return Promise.reject(failure("PLOT_QUEUE_FULL", { received: `${queue} pictures in the queue` }));
      }
      const begun = drawn(key, task).finally(() => drawing.delete(key));
      drawing.set(key, begun);
      return begun;
    },
    close: () => pool.destroy(),
  };
}
