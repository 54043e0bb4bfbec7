/** The entry of a worker's model thread, which runs language models on the items of evaluation sets. */

import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { workerData, type MessagePort } from "node:worker_threads";
import { RankscopeError } from "../../errors.js";
import { openWeightStore } from "../../weights/open-weight-store.js";
import type { WeightStoreSettings } from "../../weights/settings.js";
import { openModelCache, type ModelCache, type ModelSettings } from "./model-cache.js";
import type { ModelFailure, ModelMessage, ModelResult, ModelTask, WorkerMessage } from "./model-task.js";
import { prepareTask } from "./prepare-task.js";

/** The settings of a worker's model thread. */
export interface ModelThreadSettings extends ModelSettings {
  readonly weights: WeightStoreSettings;
}

/** Values are sent once they have this many bytes, or are this old: what a killed worker loses at most. */
const MAX_UNSENT_BYTES = 4 * 2 ** 20;
const MAX_UNSENT_MILLISECONDS = 2000;

/** Opened by the thread's first task; it ends with the thread. */
let cache: Promise<ModelCache> | undefined;

/** Measures the items of a task that are not stored yet. */
export async function measure(task: ModelTask): Promise<ModelResult | ModelFailure> {
  const { port } = task;
  const stop = new AbortController();
  port.on("message", (message: WorkerMessage) => {
    if (message === "stop") stop.abort();
  });
  try {
    return await measureAll(task, stop.signal, channelOf(port, stop.signal));
  } catch (error) {
    if (!(error instanceof RankscopeError)) throw error;
    // A cause may hold what cannot be sent.
    const { cause: _, ...detail } = error.detail;
    return { error: { code: error.code, detail } };
  } finally {
    port.close();
  }
}

interface Channel {
  send(message: ModelMessage): void;
  /** Sends values, and resolves when they are stored. @throws the signal's reason */
  save(message: ModelMessage): Promise<void>;
}

function channelOf(port: MessagePort, signal: AbortSignal): Channel {
  const send = (message: ModelMessage) => port.postMessage(message);
  return {
    send,
    async save(message) {
      const saved = new Promise<void>((resolve) => {
        const listen = (answer: WorkerMessage) => {
          if (answer !== "saved") return;
          port.off("message", listen);
          resolve();
        };
        port.on("message", listen);
      });
      // Each save listens to the task's signal, which outlives it.
      const ended = new AbortController();
      const aborted = once(signal, "abort", { signal: ended.signal }).catch(() => undefined);
      send(message);
      await Promise.race([saved, aborted]);
      ended.abort();
      signal.throwIfAborted();
    },
  };
}

async function measureAll(task: ModelTask, signal: AbortSignal, channel: Channel): Promise<ModelResult> {
  const settings = workerData as ModelThreadSettings;
  const models = await (cache ??= openWeightStore(settings.weights).then((weights) =>
    openModelCache(settings, weights),
  ));
  const progress = { state: (text: string) => channel.send({ state: text }), signal };
  const { total, execution, values, result } = await prepareTask(task, models, progress);
  channel.send({ total, done: task.stored.length });

  let unsent: { position: number; bytes: Uint8Array }[] = [];
  let bytes = 0;
  let unsentTokens = 0;
  let since = performance.now();
  const flush = async () => {
    if (unsent.length === 0) return;
    const seconds = (performance.now() - since) / 1000;
    await channel.save({ items: unsent, execution, seconds, tokens: unsentTokens });
    unsent = [];
    bytes = 0;
    unsentTokens = 0;
    since = performance.now();
  };
  for await (const { position, bytes: packed, tokens } of values) {
    unsent.push({ position, bytes: packed });
    bytes += packed.byteLength;
    unsentTokens += tokens;
    // A message that stops the task arrives in another turn.
    await nextTurn();
    signal.throwIfAborted();
    if (bytes >= MAX_UNSENT_BYTES || performance.now() - since >= MAX_UNSENT_MILLISECONDS) await flush();
  }
  await flush();
  return result;
}
