/** The entry of a compute thread: reads the factors of a few layers, and finds facts about them on ONNX Runtime. */

import { workerData } from "node:worker_threads";
import type { Engine, EngineOptions, Factors, LayerTask } from "../compute/engine-types.js";
import type { PairFacts, SpectrumFacts, SubspaceFacts } from "../model/computed-facts.js";
import { openEngine } from "../compute/engine.js";
import { failure, PermanentError, RankscopeError } from "../errors.js";
import { shownPlace } from "../files/shorten-path.js";
import { tensorValues } from "../import/tensors/tensor-values.js";
import type { FactorLocation, StoredTensor } from "../model/stored-factors.js";
import { openWeightStore } from "../weights/open-weight-store.js";
import type { WeightStoreSettings } from "../weights/settings.js";
import type { WeightStore } from "../model/weight-store.js";
import type { FactKindName } from "../model/job-payloads.js";
import type { FactFailure, Item } from "../model/job-payloads.js";
import type { RowRange } from "../model/weight-updates.js";

/** What every thread of a worker is started with. */
export interface ThreadSettings {
  readonly engine: EngineOptions;
  readonly weights: WeightStoreSettings;
}

/** An update and where its tensors lie; undefined where the store knows no file that holds them. */
export interface ThreadMember {
  readonly place: FactorLocation | undefined;
  readonly rows?: RowRange | undefined;
}

export interface ThreadLayer {
  readonly members: readonly ThreadMember[];
  readonly items: readonly Item[];
}

/** Layers of one shape. */
export interface ThreadTask {
  readonly kind: FactKindName;
  readonly layers: readonly ThreadLayer[];
}

export type ThreadFacts = PairFacts | SubspaceFacts | SpectrumFacts;

/** One entry an item of each layer: the facts, or why there are none. */
export interface ThreadResult {
  readonly layers: readonly (readonly ({ readonly facts: ThreadFacts } | FactFailure)[])[];
  readonly seconds: number;
}

/** Opened by the thread's first task and gone with the thread. */
let open: Promise<{ engine: Engine; weights: WeightStore }> | undefined;

async function openAll(): Promise<{ engine: Engine; weights: WeightStore }> {
  const settings = workerData as ThreadSettings;
  const engine = openEngine(settings.engine);
  // Opens the session that nearly every task uses.
  await engine.comparePairs([{ members: [UNIT], pairs: [{ left: 0, right: 0, scalingRatio: 1 }] }]);
  return { engine, weights: await openWeightStore(settings.weights) };
}

const UNIT: Factors = { rank: 1, inFeatures: 1, outFeatures: 1, a: Float32Array.of(1), b: Float32Array.of(1) };

/** Finds the facts of a task. A fact whose weights cannot be read fails by itself. */
export async function compute({ kind, layers }: ThreadTask): Promise<ThreadResult> {
  const start = performance.now();
  const { engine, weights } = await (open ??= openAll());
  const read = await Promise.all(
    layers.map(({ members }) => Promise.all(members.map((one) => readMember(weights, one)))),
  );
  const tasks = layers.map(({ items }, i) => taskOf(read[i] ?? [], items));
  const found = await factsOf(engine, kind, tasks);
  return {
    layers: layers.map(({ items }, i) => {
      const facts = found[i]?.values();
      return items.map(([left, right]) => {
        const failed = [read[i]?.[left], read[i]?.[right]].find(isFailure);
        if (failed !== undefined) return failed;
        const next = facts?.next();
        if (next === undefined || next.done === true)
          throw new Error("the engine gave fewer facts than it was asked for");
        return { facts: next.value };
      });
    }),
    seconds: (performance.now() - start) / 1000,
  };
}

/** Only what could be read, in the order of the items that need nothing else. */
function taskOf(read: readonly (Factors | FactFailure)[], items: readonly Item[]): LayerTask {
  const members = read.filter((member): member is Factors => !isFailure(member));
  const place = (member: number) => members.indexOf(read[member] as Factors);
  const pairs = items
    .filter(([left, right]) => !isFailure(read[left]) && !isFailure(read[right]))
    .map(([left, right, scalingRatio]) => ({ left: place(left), right: place(right), scalingRatio }));
  return { members, pairs };
}

async function factsOf(
  engine: Engine,
  kind: FactKindName,
  tasks: readonly LayerTask[],
): Promise<readonly (readonly ThreadFacts[])[]> {
  switch (kind) {
    case "COMPARISON":
      return engine.comparePairs(tasks);
    case "SUBSPACE":
      return engine.compareSubspaces(tasks);
    case "SPECTRUM": {
      const spectra = (await engine.spectra(tasks.flatMap(({ members }) => members))).values();
      return tasks.map(({ members, pairs }) => {
        const ofMember = members.map(() => spectra.next().value as SpectrumFacts);
        return pairs.flatMap(({ left }) => ofMember[left] ?? []);
      });
    }
  }
}

/** The member's factors, or why they cannot be read. */
async function readMember(weights: WeightStore, { place, rows }: ThreadMember): Promise<Factors | FactFailure> {
  try {
    if (place === undefined)
      throw failure("WEIGHTS_MISSING", { received: "weights that no stored checkpoint has any more" });
    const { rank, a, b } = place;
    const [valuesA, valuesB] = await Promise.all([read(weights, a), read(weights, b)]);
    const outFeatures = b.shape[0] ?? 0;
    const { from, to } = rows ?? { from: 0, to: outFeatures };
    return {
      rank,
      inFeatures: a.shape[1] ?? 0,
      outFeatures: to - from,
      a: valuesA,
      b: valuesB.subarray(from * rank, to * rank),
    };
  } catch (error) {
    // One that may pass is the job's, which is then tried again.
    if (!(error instanceof PermanentError)) throw error;
    return { failed: error.message, code: error.code };
  }
}

function isFailure(member: Factors | FactFailure | undefined): member is FactFailure {
  return member !== undefined && "failed" in member;
}

async function read(weights: WeightStore, tensor: StoredTensor): Promise<Factors["a"]> {
  const { file, offset, length, name } = tensor;
  const where = `${shownPlace(file.path)}, tensor ${name}`;
  const bytes = await weights.read(file, offset, length).catch((error: unknown) => {
    if (!(error instanceof RankscopeError)) throw error;
    // The store knows the file by its place on the machine, which is not for clients.
    throw failure(error.code, { ...error.detail, where, cause: error });
  });
  return tensorValues(bytes, tensor, where);
}
