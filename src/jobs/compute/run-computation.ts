import { KERNEL_VERSION, type Execution } from "../../model/computed-facts.js";
import type { ComputePayload, FactFailure, FactItem, LayerWork } from "../../model/job-payloads.js";
import { updateRefKey, type FactorLocation, type UpdateRef } from "../../model/weight-updates.js";
import type { StoredFact } from "../../model/weight-facts.js";
import type { Connection } from "../../store/connection.js";
import { factorsByHash } from "../../store/studies/factors.js";
import { advanceJob, beginJob, endJob } from "../../store/queue/progress.js";
import { inSpan } from "../../trace.js";
import type { AnyFactKind, ItemKey } from "../fact-kinds/fact-kind.js";
import { FACT_KINDS } from "../fact-kinds/fact-kinds.js";
import { countFact, type JobCounters } from "../job-run.js";
import type { ComputePool } from "./compute-pool.js";
import type { ThreadLayer, ThreadResult } from "./compute-thread.js";

/** Elements that one thread holds at once: 32 MB as float64. A larger layer is a slice by itself. */
const MAX_SLICE_ELEMENTS = 4 * 2 ** 20;

/** The locations of updates' tensors, by the hash of their factors. */
type FactorLocations = ReadonlyMap<string, FactorLocation>;

/**
 * Runs one queued computation in slices, each on one thread of the pool. The facts of a slice are stored as soon as they are
 * computed, so that memory is bounded and a job that runs again computes only the rest. The job's result names the facts
 * that could not be computed.
 *
 * @param counters are updated as facts are computed, also where the job fails later
 */
export async function runComputation(
  connection: Connection,
  pool: ComputePool,
  { job, kind: name, layers }: ComputePayload,
  signal: AbortSignal,
  counters: JobCounters,
): Promise<void> {
  const waitSeconds = await beginJob(connection, job);
  if (waitSeconds === undefined) return;
  counters.waitSeconds = waitSeconds;
  const kind: AnyFactKind = FACT_KINDS[name];
  const missing = await missingFacts(connection, kind, layers);
  const locations = await factorLocations(connection, missing);
  const slices = divideLayers(missing, locations, pool.threads);
  const failed: Record<string, FactFailure> = {};
  await Promise.all(
    slices.map(async (slice) => {
      const task = { kind: name, layers: slice.map((layer) => threadLayer(layer, locations)) };
      const attributes = { "rankscope.kind": name, "rankscope.layers": slice.length };
      const result = await inSpan("compute", { attributes }, () => pool.run(task, signal));
      Object.assign(failed, await storeFacts(connection, kind, slice, result, counters));
      if (slices.length > 1) await advanceJob(connection, job, itemCount(slice));
    }),
  );
  const failures = Object.keys(failed).length;
  const message = failures === 0 ? "done" : `${failures} facts could not be computed`;
  await endJob(connection, job, { status: "SUCCEEDED", message, result: { failed } });
}

/** Returns the layers without the facts that an earlier run of the job, or another job, has stored. */
async function missingFacts(
  connection: Connection,
  kind: AnyFactKind,
  layers: readonly LayerWork[],
): Promise<LayerWork[]> {
  const keys = layers.flatMap(({ members, items }) => items.map((item) => kind.keyOfItem(itemKey(members, item))));
  const stored = new Set((await kind.findKeys(connection, keys)).map((key) => kind.textOf(key)));
  if (stored.size === 0) return [...layers];
  return layers.flatMap(({ members, items }) => {
    const missing = items.filter((item) => !stored.has(kind.textOf(kind.keyOfItem(itemKey(members, item)))));
    return missing.length === 0 ? [] : [{ members, items: missing }];
  });
}

async function factorLocations(connection: Connection, layers: readonly LayerWork[]): Promise<FactorLocations> {
  const hashes = new Set(layers.flatMap(({ members }) => members.map(({ hash }) => hash)));
  const locations = await factorsByHash(connection, [...hashes]);
  return new Map(locations.map((location) => [location.hash, location]));
}

/** Divides a job's layers among threads: bounded in memory, and into enough slices to keep every thread busy. */
function divideLayers(layers: readonly LayerWork[], locations: FactorLocations, threads: number): LayerWork[][] {
  const layersPerThread = Math.ceil(layers.length / threads);
  const slices: LayerWork[][] = [];
  let elements = 0;
  for (const layer of layers) {
    const size = layer.members.reduce((sum, { hash }) => sum + elementsOf(locations.get(hash)), 0);
    const current = slices.at(-1);
    if (current === undefined || current.length >= layersPerThread || elements + size > MAX_SLICE_ELEMENTS) {
      slices.push([layer]);
      elements = size;
    } else {
      current.push(layer);
      elements += size;
    }
  }
  return slices;
}

function elementsOf(location: FactorLocation | undefined): number {
  if (location === undefined) return 0;
  return [location.a, location.b].reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0);
}

function threadLayer({ members, items }: LayerWork, locations: FactorLocations): ThreadLayer {
  return { members: members.map(({ hash, rows }) => ({ location: locations.get(hash), rows })), items };
}

/** Stores the facts of a slice. Returns those that could not be computed, by their keys. */
async function storeFacts(
  connection: Connection,
  kind: AnyFactKind,
  layers: readonly LayerWork[],
  result: ThreadResult,
  counters: JobCounters,
): Promise<Record<string, FactFailure>> {
  const stored: StoredFact = { kernelVersion: KERNEL_VERSION, seconds: result.seconds / itemCount(layers) };
  const failed: Record<string, FactFailure> = {};
  const rows: (Execution & StoredFact)[] = [];
  layers.forEach(({ members, items }, i) =>
    items.forEach((item, j) => {
      const key = kind.keyOfItem(itemKey(members, item));
      const outcome = result.layers[i]?.[j];
      if (outcome === undefined) throw new Error(`The compute thread returned no result for item ${j} of layer ${i}.`);
      if ("failed" in outcome) failed[kind.textOf(key)] = outcome;
      else rows.push({ ...outcome.facts, ...stored, ...key });
    }),
  );
  await kind.save(connection, rows);
  counters.computeSeconds += result.seconds;
  for (const row of rows) countFact(counters, row);
  return failed;
}

function itemCount(layers: readonly LayerWork[]): number {
  return layers.reduce((sum, { items }) => sum + items.length, 0);
}

function itemKey(members: readonly UpdateRef[], [left, right, scalingRatio]: FactItem): ItemKey {
  const [leftMember, rightMember] = [members[left], members[right]];
  if (leftMember === undefined || rightMember === undefined) {
    const unknown = leftMember === undefined ? left : right;
    throw new Error(`Job item refers to unknown member ${unknown} (the layer has ${members.length} members).`);
  }
  return { left: updateRefKey(leftMember), right: updateRefKey(rightMember), scalingRatio };
}
