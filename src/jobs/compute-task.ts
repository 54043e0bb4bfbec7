import { KERNEL_VERSION } from "../compute/kernel-version.js";
import type { Connection } from "../store/connection.js";
import { saveComparisons, type Comparison } from "../store/facts/comparisons.js";
import { factorsByHash, type LocatedFactors } from "../store/facts/factors-by-hash.js";
import { saveSpectra, type Spectrum } from "../store/facts/spectra.js";
import { saveSubspaces, type Subspace } from "../store/facts/subspaces.js";
import { advanceJob, beginJob, endJob } from "../store/queue/progress.js";
import type { ComputePool } from "./compute-pool.js";
import type { ThreadFacts, ThreadLayer, ThreadResult } from "./compute-thread.js";
import { COMPARISONS, SPECTRA, SUBSPACES, type FactKindName } from "./fact-kinds.js";
import { refKey } from "./part-key.js";
import type { ComputePayload, FactFailure, LayerWork } from "./payloads.js";
import type { StoredFact } from "./weight-facts.js";

/** Elements that one thread holds at once: twice this many float64 are 64 MB. A larger layer is a slice by itself. */
const SLICE_ELEMENTS = 4 * 2 ** 20;

/**
 * Runs one queued computation: slice by slice through the pool, each slice's facts kept as soon as they are found, so that
 * memory stays bounded and a job that runs again finds the rest. Facts that could not be found are named in the result.
 */
export async function runComputation(
  connection: Connection,
  pool: ComputePool,
  { job, kind, layers }: ComputePayload,
  signal: AbortSignal,
): Promise<void> {
  if (!(await beginJob(connection, job))) return;
  const places = await placesOf(connection, layers);
  const failed: Record<string, FactFailure> = {};
  const slices = slicesOf(layers, places, pool.threads);
  await Promise.all(
    slices.map(async (slice) => {
      const result = await pool.run({ kind, layers: slice.map((layer) => threadLayer(layer, places)) }, signal);
      await keep(connection, kind, slice, result, failed);
      if (slices.length > 1)
        await advanceJob(
          connection,
          job,
          slice.reduce((sum, { items }) => sum + items.length, 0),
        );
    }),
  );
  const count = Object.keys(failed).length;
  const message = count === 0 ? "done" : `${count} facts could not be found`;
  await endJob(connection, job, { status: "SUCCEEDED", message, result: { failed } });
}

type Places = ReadonlyMap<string, LocatedFactors>;

async function placesOf(connection: Connection, layers: readonly LayerWork[]): Promise<Places> {
  const hashes = new Set(layers.flatMap(({ members }) => members.map(({ hash }) => hash)));
  return new Map((await factorsByHash(connection, [...hashes])).map((place) => [place.hash, place]));
}

function threadLayer({ members, items }: LayerWork, places: Places): ThreadLayer {
  return { members: members.map(({ hash, rows }) => ({ place: places.get(hash), rows })), items };
}

/** Bounded in memory, and enough of them that every thread has something to do. */
function slicesOf(layers: readonly LayerWork[], places: Places, threads: number): LayerWork[][] {
  const perThread = Math.ceil(layers.length / threads);
  const slices: LayerWork[][] = [];
  let elements = 0;
  for (const layer of layers) {
    const size = layer.members.reduce((sum, { hash }) => sum + elementsOf(places.get(hash)), 0);
    const current = slices.at(-1);
    if (current === undefined || current.length >= perThread || elements + size > SLICE_ELEMENTS) {
      slices.push([layer]);
      elements = size;
    } else {
      current.push(layer);
      elements += size;
    }
  }
  return slices;
}

function elementsOf(place: LocatedFactors | undefined): number {
  if (place === undefined) return 0;
  return [place.a, place.b].reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0);
}

/** Stores what a slice found, and notes in `failed` what it did not. */
async function keep(
  connection: Connection,
  kind: FactKindName,
  layers: readonly LayerWork[],
  result: ThreadResult,
  failed: Record<string, FactFailure>,
): Promise<void> {
  const items = layers.flatMap(({ members, items: ofLayer }, i) =>
    ofLayer.map(([left, right, scalingRatio], j) => {
      const [one, other] = [members[left], members[right]];
      if (one === undefined || other === undefined)
        throw new Error(`a job's item names member ${left} or ${right}, which it has not`);
      const outcome = result.layers[i]?.[j];
      if (outcome === undefined) throw new Error("a compute thread answered for fewer items than it was given");
      return { key: { left: refKey(one), right: refKey(other), scalingRatio }, outcome };
    }),
  );
  const stored: StoredFact = { kernelVersion: KERNEL_VERSION, seconds: result.seconds / items.length };
  const found = <Facts extends ThreadFacts>() =>
    items.flatMap(({ key, outcome }) =>
      "facts" in outcome ? [{ key, facts: { ...(outcome.facts as Facts), ...stored } }] : [],
    );
  switch (kind) {
    case "COMPARISON":
      await saveComparisons(
        connection,
        found<Comparison>().map(({ key, facts }): Comparison => ({ ...facts, ...key })),
      );
      break;
    case "SUBSPACE":
      await saveSubspaces(
        connection,
        found<Subspace>().map(({ key: { left, right }, facts }): Subspace => ({ ...facts, left, right })),
      );
      break;
    case "SPECTRUM":
      await saveSpectra(
        connection,
        found<Spectrum>().map(({ key, facts }): Spectrum => ({ ...facts, hash: key.left })),
      );
      break;
  }
  for (const { key, outcome } of items) if ("failed" in outcome) failed[textOf(kind, key)] = outcome;
}

function textOf(kind: FactKindName, key: { left: string; right: string; scalingRatio: number }): string {
  switch (kind) {
    case "COMPARISON":
      return COMPARISONS.textOf(key);
    case "SUBSPACE":
      return SUBSPACES.textOf(key);
    case "SPECTRUM":
      return SPECTRA.textOf({ hash: key.left });
  }
}
