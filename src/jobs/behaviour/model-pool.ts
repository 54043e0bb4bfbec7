import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import { failure } from "../../errors.js";
import type { ModelFailure, ModelMessage, ModelResult, ModelTask, WorkerMessage } from "./model-task.js";
import type { ModelThreadSettings } from "./model-thread.js";

/** A thread without a task for this long ends, which frees its models. */
const IDLE_MILLISECONDS = 300_000;

type ItemsMessage = Extract<ModelMessage, { readonly items: unknown }>;

interface TaskHandlers {
  /** Stores values. The thread waits for it. */
  save(message: ItemsMessage): Promise<void>;
  progress(message: Exclude<ModelMessage, ItemsMessage>): void;
}

/** The thread of a worker that runs models, one measurement at a time. Its models stay open between tasks. */
export interface ModelPool {
  /** @throws the signal's reason when the thread has stopped, between two runs of the model; errors of `save` */
  run(task: Omit<ModelTask, "port">, signal: AbortSignal, handlers: TaskHandlers): Promise<ModelResult>;
  close(): Promise<void>;
}

/** Opens the pool. Its thread starts with the first task. */
export function openModelPool(settings: ModelThreadSettings): ModelPool {
  const pool = new Piscina<ModelTask, ModelResult | ModelFailure>({
    filename: new URL("./model-thread.js", import.meta.url).href,
    name: "measure",
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MILLISECONDS,
    workerData: settings,
  });
  return {
    async run(task, signal, { save, progress }) {
      signal.throwIfAborted();
      const { port1: port, port2 } = new MessageChannel();
      const send = (message: WorkerMessage) => port.postMessage(message);
      const stop = () => send("stop");
      let problem: Error | undefined;
      port.on("message", (message: ModelMessage) => {
        if (!("items" in message)) {
          progress(message);
          return;
        }
        save(message).then(
          () => send("saved"),
          (error: unknown) => {
            problem = error instanceof Error ? error : new Error(String(error));
            stop();
          },
        );
      });
      signal.addEventListener("abort", stop, { once: true });
      try {
        const result = await pool.run({ ...task, port: port2 }, { transferList: [port2] });
        if ("error" in result) throw failure(result.error.code, result.error.detail);
        return result;
      } catch (error) {
        // The thread has ended its run, or itself.
        if (problem !== undefined) throw problem;
        signal.throwIfAborted();
        throw error;
      } finally {
        signal.removeEventListener("abort", stop);
        port.close();
      }
    },
    close: () => pool.destroy(),
  };
}
