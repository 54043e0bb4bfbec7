import { LRUCache } from "lru-cache";
import type { LanguageModel } from "../../compute/models/language-model-types.js";
import { openModelOn } from "../../compute/models/open-model-on.js";
import type { PreparedAdapter } from "../../compute/models/adapter-feeds.js";
import { baselineRun, layerSwaps, type LayerSwap } from "../../compute/behaviour/layer-swaps.js";
import { inFileShape, storedWeights } from "../../compute/models/quantization/stored-weights.js";
import { servedWeights } from "../../compute/models/quantization/served-weights.js";
import { quantizedWeights } from "../../compute/models/quantization/quantized-weights.js";
import { bytesToHold } from "../../compute/models/model-memory.js";
import type { ModelRun } from "../../compute/behaviour/model-run.js";
import type { QuantizedLayer } from "../../compute/behaviour/quantized-layers.js";
import { checkBaseModel } from "../../import/base-model/check-base-model.js";
import type { BaseModel } from "../../import/base-model/read-base-model.js";
import type { Execution, Provider } from "../../model/computed-facts.js";
import type { EncodedItem } from "../../model/evaluation-items.js";
import type { ModelAdapter } from "../../model/language-model.js";
import { allLinearModules } from "../../model/model-tensors.js";
import type { WeightQuantization } from "../../model/weight-quantization.js";
import type { WeightStore } from "../../model/weight-store.js";
import { encodeSet } from "./encode-set.js";
import { openKeptLayers } from "./kept-layers.js";
import { memoryShares } from "./memory-shares.js";
import { readAdapter } from "./read-adapter.js";
import { openBaseFolder } from "./open-base-folder.js";
import { quantizedPair, type TaskModel, type TaskSet } from "./model-task.js";

export interface ModelSettings {
  /** The CPU runs the models if it is `auto`. */
  readonly provider: Provider | "auto";
  /** Threads of the CPU provider inside one run. */
  readonly threads: number;
  /** Memory that all open models may need, in bytes. */
  readonly maxBytes: number;
}

/** Receives what a task does, and ends it. */
export interface Progress {
  state(text: string): void;
  readonly signal: AbortSignal;
}

/** The models of a task, ready to run. */
interface OpenedModels {
  readonly runs: readonly ModelRun[];
  readonly execution: Execution;
  /** Tokens that end a continuation. */
  readonly stopTokens: readonly number[];
  /** Replaces one layer of the first model by the second model's at a time; undefined unless the layers are replaceable. */
  readonly swaps?: () => AsyncIterable<LayerSwap>;
}

/** The weights of a task, to be read layer by layer. */
interface OpenedWeights extends BaseModel {
  readonly quantization: WeightQuantization;
  readonly baseline: ModelAdapter;
  readonly candidate: ModelAdapter;
  /** Layers that pairs of the same base share; undefined for a base that is too large to be kept. */
  readonly kept: Map<number, QuantizedLayer> | undefined;
}

/** Keeps models, adapters and encoded sets between the tasks of a thread. */
export interface ModelCache {
  /** @throws the errors of the files, MODEL_ADAPTER_MISMATCH, MODEL_TOO_LARGE; the signal's reason */
  open(models: readonly TaskModel[], progress: Progress): Promise<OpenedModels>;
  /** Opens a reference on the full-precision base whose layers can be replaced by those of a candidate. @throws as `open` */
  openReplaceable(models: readonly TaskModel[], progress: Progress): Promise<OpenedModels>;
  /** Opens the weights of a reference's base, and the updates of a reference and a candidate on the quantized base. Runs no model. */
  openWeights(models: readonly TaskModel[], progress: Progress): Promise<OpenedWeights>;
  /** Returns the items of a set, encoded by the tokenizer of the models' base. */
  encode(set: TaskSet, models: readonly TaskModel[], progress: Progress): Promise<readonly EncodedItem[]>;
}

interface OpenModel {
  readonly model: LanguageModel;
  readonly execution: Execution;
  readonly base: BaseModel;
  readonly stopTokens: readonly number[];
  /** Prepared adapters by content hash. */
  readonly adapters: LRUCache<string, PreparedAdapter>;
}

/** A model of a task. */
interface WantedModel {
  readonly task: TaskModel;
  readonly isReplaceable: boolean;
}

/** A model of a task, before it is opened. */
interface PlannedModel {
  readonly key: string;
  readonly task: TaskModel;
  /** Whether its linear layers are inputs of the graph. */
  readonly hasInputs: boolean;
  readonly folder: Pick<OpenModel, "base" | "stopTokens">;
  /** Bytes of the model held in memory, with a run. */
  readonly need: number;
}

/** Adapters that stay prepared for each model: those of a comparison's two runs, and their neighbours. */
const MAX_ADAPTERS = 4;
/** Encoded sets that are kept. */
const MAX_SETS = 2;

/** Opens an empty cache. Models are closed, the least recently used first, when another one needs their memory. */
export function openModelCache(settings: ModelSettings, weights: WeightStore): ModelCache {
  /** In the order of their last use. */
  const models = new Map<string, OpenModel>();
  const sets = new LRUCache<string, readonly EncodedItem[]>({ max: MAX_SETS });
  const keptLayers = openKeptLayers(settings.maxBytes / 4);

  /** Opens the models of a task, which are used together. */
  async function openTogether(wanted: readonly WantedModel[], progress: Progress): Promise<OpenModel[]> {
    const distinct = new Map<string, PlannedModel>();
    for (const { task, isReplaceable } of wanted) {
      // A model whose files have changed must not answer for them.
      await checkBaseModel(task.files, progress.signal);
      const key = modelKey(task, isReplaceable);
      const folder = models.get(key) ?? (await openBaseFolder(task));
      const hasInputs = isReplaceable || isReplaced(task);
      const replacedBytes = hasInputs ? linearBytes(folder.base) : 0;
      const need = bytesToHold({ ...folder.base, replacedBytes }, "HELD");
      distinct.set(key, { key, task, hasInputs, folder, need });
    }
    await makeRoom(distinct);
    const planned = [...distinct.values()];
    const others = heldBy([...models].flatMap(([key, { model }]) => (distinct.has(key) ? [] : [model])));
    const shares = memoryShares(
      planned.map(({ need }) => need),
      settings.maxBytes - others,
    );
    // A model that was opened alone may hold more than its share. It is closed before another one uses the memory.
    for (const [i, { key }] of planned.entries()) {
      if ((models.get(key)?.model.heldBytes ?? 0) > (shares[i] ?? 0)) await close(key);
    }
    for (const [i, plan] of planned.entries()) {
      const opened = models.get(plan.key) ?? (await openOne(plan, shares[i] ?? 0, progress));
      models.delete(plan.key);
      models.set(plan.key, opened);
    }
    return wanted.map(({ task, isReplaceable }) => {
      const opened = models.get(modelKey(task, isReplaceable));
      if (opened === undefined) throw new Error("A model of the task was not opened.");
      return opened;
    });
  }

  async function openOne(
    { task, hasInputs, folder: { base, stopTokens } }: PlannedModel,
    maxBytes: number,
    progress: Progress,
  ): Promise<OpenModel> {
    progress.state(isReplaced(task) ? "quantizing or merging the base model" : "opening the base model");
    const { config, files } = base;
    const { model, provider, fallback } = await openModelOn({
      config,
      files,
      provider: settings.provider === "auto" ? "cpu" : settings.provider,
      threads: settings.threads,
      maxBytes,
      ...(hasInputs && { weights: await replacedWeights(task, base, progress.signal) }),
    });
    const execution: Execution = { provider, precision: "float32", fallback };
    return { model, execution, base, stopTokens, adapters: new LRUCache({ max: MAX_ADAPTERS }) };
  }

  /** Returns the weights of a quantized base, of one into which an adapter is merged, or those of the files. */
  async function replacedWeights(
    { quantization, adapter, form }: TaskModel,
    { config, files }: BaseModel,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Float32Array>> {
    const replaced = new Map<string, Float32Array>();
    if (adapter !== null && form !== "SEPARATE") {
      const update = await readAdapter(weights, adapter, config);
      const served = servedWeights({ config, files, quantization, adapter: update, form, signal });
      for await (const [name, values] of served) replaced.set(name, values);
    } else if (quantization !== null) {
      const quantized = quantizedWeights({ config, files, quantization, signal });
      for await (const [name, values] of quantized) replaced.set(name, values);
    } else {
      for await (const { module, tensor, values } of storedWeights({ config, files, signal })) {
        replaced.set(tensor, inFileShape(module, values));
      }
    }
    return replaced;
  }

  /** Closes models that the task does not use, the least recently used first, until those of the task can be held. */
  async function makeRoom(planned: ReadonlyMap<string, PlannedModel>): Promise<void> {
    const needed = [...planned.values()].reduce(
      (sum, { key, need }) => sum + Math.max(need, models.get(key)?.model.heldBytes ?? 0),
      0,
    );
    const unused = [...models].filter(([key]) => !planned.has(key));
    for (let i = 0; i < unused.length; i++) {
      const kept = unused.slice(i).map(([, { model }]) => model);
      if (heldBy(kept) + needed <= settings.maxBytes) return;
      await close(unused[i]?.[0] ?? "");
    }
  }

  async function close(key: string): Promise<void> {
    const open = models.get(key);
    models.delete(key);
    await open?.model.close();
  }

  /** Returns a task's adapter; an empty one for the base model. */
  async function updateOf({ adapter }: TaskModel, { config }: BaseModel): Promise<ModelAdapter> {
    return adapter === null ? new Map() : readAdapter(weights, adapter, config);
  }

  async function prepared({ model, base, adapters }: OpenModel, task: TaskModel): Promise<PreparedAdapter | undefined> {
    const { adapter, form } = task;
    if (adapter === null || form !== "SEPARATE") return undefined;
    const known = adapters.get(adapter.hash);
    const ready = known ?? (await model.prepareAdapter(await readAdapter(weights, adapter, base.config)));
    adapters.set(adapter.hash, ready);
    return ready;
  }

  return {
    async open(tasks, progress) {
      const opened = await openTogether(
        tasks.map((task) => ({ task, isReplaceable: false })),
        progress,
      );
      const runs: ModelRun[] = [];
      for (const [i, task] of tasks.entries()) {
        const one = opened[i] as OpenModel;
        runs.push({ model: one.model, adapter: await prepared(one, task) });
      }
      return { runs, execution: executionOf(opened), stopTokens: opened.at(-1)?.stopTokens ?? [] };
    },
    async openReplaceable(tasks, progress) {
      const { reference, candidate, quantization } = quantizedPair(tasks);
      const [opened] = await openTogether([{ task: reference, isReplaceable: true }], progress);
      if (opened === undefined) throw new Error("The reference was not opened.");
      const { model, base, stopTokens } = opened;
      const [baseline, replacement] = await Promise.all([updateOf(reference, base), updateOf(candidate, base)]);
      const adapters = { baseline, candidate: replacement };
      const options = { model, ...base, quantization, ...adapters, signal: progress.signal };
      const runs = [await baselineRun(options)];
      return { runs, execution: executionOf([opened]), stopTokens, swaps: () => layerSwaps(options) };
    },
    async openWeights(tasks, { state, signal }) {
      const { reference, candidate, quantization } = quantizedPair(tasks);
      await checkBaseModel(reference.files, signal);
      state("reading the adapters");
      const { base } = await openBaseFolder(reference);
      const [baseline, update] = await Promise.all([updateOf(reference, base), updateOf(candidate, base)]);
      const kept = keptLayers(base.config, reference.base, quantization);
      return { ...base, quantization, baseline, candidate: update, kept };
    },
    async encode(set, tasks, { state, signal }) {
      const [task] = tasks;
      if (task === undefined) throw new Error("A set is encoded for a model.");
      const key = `${set.hash} ${task.base}`;
      state("reading the evaluation set");
      const encoded = await encodeSet(set, task, sets.get(key), signal);
      sets.set(key, encoded);
      return encoded;
    },
  };
}

/** Returns what computed values of several models: the CPU, with its reason, if it ran one of them in a GPU's place. */
function executionOf(models: readonly OpenModel[]): Execution {
  const [first] = models;
  if (first === undefined) throw new Error("A task has a model.");
  return (models.find(({ execution }) => execution.fallback !== null) ?? first).execution;
}

/** A merged adapter belongs to its model. */
function modelKey({ base, quantization, form, adapter }: TaskModel, isReplaceable = false): string {
  return JSON.stringify([base, quantization, form, form === "SEPARATE" || (adapter?.hash ?? null), isReplaceable]);
}

/** Whether other weights than those of the files are served. */
function isReplaced({ quantization, form, adapter }: TaskModel): boolean {
  return quantization !== null || (form !== "SEPARATE" && adapter !== null);
}

/** Bytes of all linear layers in float32, which are inputs of the graph if some are replaced. */
function linearBytes({ config }: BaseModel): number {
  return allLinearModules(config).reduce(
    (sum, { inFeatures, outFeatures }) => sum + Float32Array.BYTES_PER_ELEMENT * inFeatures * outFeatures,
    0,
  );
}

function heldBy(models: readonly LanguageModel[]): number {
  return models.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
}
