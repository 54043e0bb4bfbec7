import { measureWeightGaps } from "../../compute/behaviour/measure-weight-gaps.js";
import { quantizedLayers } from "../../compute/behaviour/quantized-layers.js";
import type { BehaviourKind, BehaviourKinds } from "../../model/behaviour.js";
import { packValues } from "../../model/behaviour-values.js";
import type { Execution } from "../../model/computed-facts.js";
import { allLinearModules } from "../../model/model-tensors.js";
import { itemsToMeasure, measureItems, type ItemKind } from "./measure-items.js";
import type { ModelCache, Progress } from "./model-cache.js";
import type { ModelResult, ModelTask } from "./model-task.js";

/** A task whose models, or weights, are open. */
interface PreparedTask {
  /** Number of items with values, or of layers; stored ones included. */
  readonly total: number;
  readonly execution: Execution;
  /** Computes the values that are not stored yet. */
  readonly values: AsyncIterable<PackedValues>;
  /** The result once all values are stored. */
  readonly result: ModelResult;
}

interface PackedValues {
  /** Position of the item in the set, or of the layer. */
  readonly position: number;
  readonly bytes: Uint8Array;
  /** Tokens of the item. */
  readonly tokens: number;
}

/** Norms are computed in float64, without ONNX Runtime's providers of products. */
const WEIGHTS_EXECUTION: Execution = { provider: "cpu", precision: "float64", fallback: null };

/** Opens what a task needs. @throws the errors of the models, the set and the adapters; the signal's reason */
export function prepareTask(task: ModelTask, models: ModelCache, progress: Progress): Promise<PreparedTask> {
  const { kind } = task;
  return kind === "WEIGHT_GAP" ? prepareLayers(task, models, progress) : prepareItems(kind, task, models, progress);
}

async function prepareLayers(task: ModelTask, models: ModelCache, progress: Progress): Promise<PreparedTask> {
  const weights = await models.openWeights(task.models, progress);
  const total = allLinearModules(weights.config).length;
  const stored = new Set(task.stored);
  const positions = new Set(Array.from({ length: total }, (_, i) => i).filter((position) => !stored.has(position)));
  progress.state("comparing the weights");
  async function* values(): AsyncGenerator<PackedValues> {
    const { signal } = progress;
    const layers = quantizedLayers({ ...weights, positions, signal });
    for await (const { position, ...gap } of measureWeightGaps({ ...weights, layers, signal })) {
      yield { position, bytes: packValues("WEIGHT_GAP", gap), tokens: 0 };
    }
  }
  const result = { tokens: 0, scoredTokens: 0, leftOut: null };
  return { total, execution: WEIGHTS_EXECUTION, values: values(), result };
}

async function prepareItems(
  kind: ItemKind,
  task: ModelTask,
  models: ModelCache,
  progress: Progress,
): Promise<PreparedTask> {
  const open = kind === "SENSITIVITY" ? models.openReplaceable : models.open;
  const opened = await open(task.models, progress);
  if (task.set === null) throw new Error("A measurement needs an evaluation set.");
  const encoded = await models.encode(task.set, task.models, progress);
  const { positions, ...result } = itemsToMeasure(kind, encoded, opened.runs);
  const stored = new Set(task.stored);
  const missing = positions.filter((position) => !stored.has(position));
  const items = missing.map((position) => encoded[position] ?? missingItem(position));
  async function* values(): AsyncGenerator<PackedValues> {
    const { stopTokens, swaps } = opened;
    const options = { ...task.options, stopTokens, swaps, signal: progress.signal };
    for await (const { position: index, ...one } of measureItems(kind, opened.runs, items, options)) {
      const bytes = packValues(kind as BehaviourKind, one as BehaviourKinds[BehaviourKind]);
      yield { position: missing[index] ?? missingItem(index), bytes, tokens: items[index]?.ids.length ?? 0 };
    }
  }
  return { total: positions.length, execution: opened.execution, values: values(), result };
}

function missingItem(position: number): never {
  throw new Error(`The set has no item ${position}.`);
}
