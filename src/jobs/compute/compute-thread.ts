/** The entry of a compute thread, which reads the factors of some layers and computes facts about them on ONNX Runtime. */

import { workerData } from "node:worker_threads";
import type { Engine, EngineOptions, Factors, LayerTask } from "../../compute/engine-types.js";
import { openEngine } from "../../compute/engine.js";
import { failure, PermanentError, RankscopeError } from "../../errors.js";
import { shortenPath } from "../../files/paths.js";
import { tensorValues } from "../../import/tensors/tensor-values.js";
import type { Execution, FactKindName } from "../../model/computed-facts.js";
import type { FactFailure, FactItem } from "../../model/job-payloads.js";
import type { FactorLocation, RowRange, StoredTensor } from "../../model/weight-updates.js";
import type { WeightStore } from "../../model/weight-store.js";
import { openWeightStore } from "../../weights/open-weight-store.js";
import type { WeightStoreSettings } from "../../weights/settings.js";
import { FACT_KINDS } from "../fact-kinds/fact-kinds.js";

/** The settings of every thread of a worker. */
export interface ThreadSettings {
  readonly engine: EngineOptions;
  readonly weights: WeightStoreSettings;
}

/** An update and the location of its tensors; undefined where no stored checkpoint holds them. */
interface ThreadMember {
  readonly location: FactorLocation | undefined;
  readonly rows?: RowRange | undefined;
}

export interface ThreadLayer {
  readonly members: readonly ThreadMember[];
  readonly items: readonly FactItem[];
}

/** Layers of one shape. */
export interface ThreadTask {
  readonly kind: FactKindName;
  readonly layers: readonly ThreadLayer[];
}

/** The facts of one item, or why they could not be computed. */
type ItemResult = { readonly facts: Execution } | FactFailure;

export interface ThreadResult {
  /** One list a layer, in the order of its items. */
  readonly layers: readonly (readonly ItemResult[])[];
  readonly seconds: number;
}

interface ThreadResources {
  readonly engine: Engine;
  readonly weights: WeightStore;
}

/** Opened by the thread's first task; they end with the thread. */
let resources: Promise<ThreadResources> | undefined;

/** Computes the facts of a task. Where the weights of an item cannot be read, only that item fails. */
export async function compute({ kind, layers }: ThreadTask): Promise<ThreadResult> {
  const start = performance.now();
  resources ??= openResources();
  const { engine, weights } = await resources;
  const members = await Promise.all(
    layers.map((layer) => Promise.all(layer.members.map((member) => readMember(weights, member)))),
  );
  const tasks = layers.map(({ items }, i) => readableTask(members[i] ?? [], items));
  const facts = await FACT_KINDS[kind].compute(engine, tasks);
  return {
    layers: layers.map(({ items }, i) => itemResults(items, members[i] ?? [], facts[i] ?? [])),
    seconds: (performance.now() - start) / 1000,
  };
}

async function openResources(): Promise<ThreadResources> {
  const settings = workerData as ThreadSettings;
  const engine = openEngine(settings.engine);
  // Opens the session that nearly every task uses.
  const unit: Factors = { rank: 1, inFeatures: 1, outFeatures: 1, a: Float32Array.of(1), b: Float32Array.of(1) };
  await FACT_KINDS.COMPARISON.compute(engine, [{ members: [unit], pairs: [{ left: 0, right: 0, scalingRatio: 1 }] }]);
  return { engine, weights: await openWeightStore(settings.weights) };
}

/** Returns the members that could be read, and the items that need no others, in their order. */
function readableTask(members: readonly (Factors | FactFailure)[], items: readonly FactItem[]): LayerTask {
  const readable = members.filter((member): member is Factors => !isFailure(member));
  const indexOf = (member: number) => readable.indexOf(members[member] as Factors);
  const pairs = items
    .filter(([left, right]) => !isFailure(members[left]) && !isFailure(members[right]))
    .map(([left, right, scalingRatio]) => ({ left: indexOf(left), right: indexOf(right), scalingRatio }));
  return { members: readable, pairs };
}

/** Returns the result of each item, given the facts of those whose members could be read. */
function itemResults(
  items: readonly FactItem[],
  members: readonly (Factors | FactFailure)[],
  facts: readonly Execution[],
): ItemResult[] {
  const remaining = facts.values();
  return items.map(([left, right]) => {
    const unreadable = [members[left], members[right]].find(isFailure);
    if (unreadable !== undefined) return unreadable;
    const next = remaining.next();
    if (next.done === true) throw new Error(`The engine returned ${facts.length} facts, fewer than requested.`);
    return { facts: next.value };
  });
}

/** Reads the member's factors; returns the reason where that is impossible. */
async function readMember(weights: WeightStore, { location, rows }: ThreadMember): Promise<Factors | FactFailure> {
  try {
    if (location === undefined) {
      throw failure("WEIGHTS_MISSING", { received: "weights that no stored checkpoint has any more" });
    }
    const { rank, a, b } = location;
    const [valuesA, valuesB] = await Promise.all([readTensor(weights, a), readTensor(weights, b)]);
    const { from, to } = rows ?? { from: 0, to: b.shape[0] ?? 0 };
    return {
      rank,
      inFeatures: a.shape[1] ?? 0,
      outFeatures: to - from,
      a: valuesA,
      b: valuesB.subarray(from * rank, to * rank),
    };
  } catch (error) {
    // A transient error fails the whole job, which is then tried again.
    if (!(error instanceof PermanentError)) throw error;
    return { failed: error.message, code: error.code };
  }
}

function isFailure(member: Factors | FactFailure | undefined): member is FactFailure {
  return member !== undefined && "failed" in member;
}

async function readTensor(weights: WeightStore, tensor: StoredTensor): Promise<Factors["a"]> {
  const { file, offset, length, name } = tensor;
  const where = `${shortenPath(file.path)}, tensor ${name}`;
  const bytes = await weights.read(file, offset, length).catch((error: unknown) => {
    if (!(error instanceof RankscopeError)) throw error;
    // The store's message has the file's path on this machine, which clients must not see.
    throw failure(error.code, { ...error.detail, where, cause: error });
  });
  return tensorValues(bytes, tensor, where);
}
