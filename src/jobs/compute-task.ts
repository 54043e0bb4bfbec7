import type { Execution } from "../model/computed-facts.js";
import { KERNEL_VERSION } from "../model/kernel-version.js";
import type { Connection } from "../store/connection.js";
import { factorsByHash } from "../store/factors.js";
import { advanceJob, beginJob, endJob } from "../store/queue/progress.js";
import type { ComputePool } from "./compute-pool.js";
import type { ThreadLayer, ThreadResult } from "./compute-thread.js";
import { inSpan } from "../trace.js";
import { COMPARISONS, SPECTRA, SUBSPACES, type FactKind, type ItemKey } from "./fact-kinds.js";
import { countFact, type JobTally } from "./job-run.js";
import { updateRefKey } from "../model/weight-updates.js";
import type { ComputePayload, FactFailure, Item, LayerWork } from "../model/job-payloads.js";
import type { UpdateRef } from "../model/weight-updates.js";
import { slicesOf, type Places } from "./slices.js";
import type { StoredFact } from "../model/weight-facts.js";

/**
 * Runs one queued computation: slice by slice through the pool, each slice's facts kept as soon as they are found, so that
 * memory stays bounded and a job that runs again finds only the rest. Facts that could not be found are named in the result.
 *
 * @param tally told what was found, also where the job fails later
 */
export function runComputation(
  connection: Connection,
  pool: ComputePool,
  payload: ComputePayload,
  signal: AbortSignal,
  tally: JobTally,
): Promise<void> {
  switch (payload.kind) {
    case "COMPARISON":
      return findFacts(connection, pool, COMPARISONS, payload, signal, tally);
    case "SUBSPACE":
      return findFacts(connection, pool, SUBSPACES, payload, signal, tally);
    case "SPECTRUM":
      return findFacts(connection, pool, SPECTRA, payload, signal, tally);
  }
}

async function findFacts<Asked, Key, Facts extends Execution>(
  connection: Connection,
  pool: ComputePool,
  kind: FactKind<Asked, Key, Facts>,
  { job, layers }: ComputePayload,
  signal: AbortSignal,
  tally: JobTally,
): Promise<void> {
  const waited = await beginJob(connection, job);
  if (waited === undefined) return;
  tally.waitSeconds = waited;
  const open = await notStored(connection, kind, layers);
  const places = await placesOf(connection, open);
  const slices = slicesOf(open, places, pool.threads);
  const failed: Record<string, FactFailure> = {};
  await Promise.all(
    slices.map(async (slice) => {
      const task = { kind: kind.name, layers: slice.map((layer) => threadLayer(layer, places)) };
      const attributes = { "rankscope.kind": kind.name, "rankscope.layers": slice.length };
      const result = await inSpan("compute", { attributes }, () => pool.run(task, signal));
      await keep(connection, kind, slice, result, failed, tally);
      if (slices.length > 1) await advanceJob(connection, job, slice.flatMap(({ items }) => items).length);
    }),
  );
  const count = Object.keys(failed).length;
  const message = count === 0 ? "done" : `${count} facts could not be found`;
  await endJob(connection, job, { status: "SUCCEEDED", message, result: { failed } });
}

/** The layers without what an earlier run of the job, or another job, has found. */
async function notStored<Asked, Key, Facts extends Execution>(
  connection: Connection,
  kind: FactKind<Asked, Key, Facts>,
  layers: readonly LayerWork[],
): Promise<LayerWork[]> {
  const keyOf = (members: readonly UpdateRef[], item: Item) => kind.keyOfItem(itemKey(members, item));
  const keys = layers.flatMap(({ members, items }) => items.map((item) => keyOf(members, item)));
  const stored = new Set((await kind.known(connection, keys)).map((key) => kind.textOf(key)));
  if (stored.size === 0) return [...layers];
  return layers.flatMap(({ members, items }) => {
    const rest = items.filter((item) => !stored.has(kind.textOf(keyOf(members, item))));
    return rest.length === 0 ? [] : [{ members, items: rest }];
  });
}

async function placesOf(connection: Connection, layers: readonly LayerWork[]): Promise<Places> {
  const hashes = new Set(layers.flatMap(({ members }) => members.map(({ hash }) => hash)));
  return new Map((await factorsByHash(connection, [...hashes])).map((place) => [place.hash, place]));
}

function threadLayer({ members, items }: LayerWork, places: Places): ThreadLayer {
  return { members: members.map(({ hash, rows }) => ({ place: places.get(hash), rows })), items };
}

/** Stores what a slice found, and notes in `failed` what it did not. */
async function keep<Asked, Key, Facts extends Execution>(
  connection: Connection,
  kind: FactKind<Asked, Key, Facts>,
  layers: readonly LayerWork[],
  result: ThreadResult,
  failed: Record<string, FactFailure>,
  tally: JobTally,
): Promise<void> {
  const count = layers.flatMap(({ items }) => items).length;
  const stored: StoredFact = { kernelVersion: KERNEL_VERSION, seconds: result.seconds / count };
  const rows: (Key & Facts & StoredFact)[] = [];
  layers.forEach(({ members, items }, i) =>
    items.forEach((item, j) => {
      const key = kind.keyOfItem(itemKey(members, item));
      const outcome = result.layers[i]?.[j];
      if (outcome === undefined) throw new Error("a compute thread answered for fewer items than it was given");
      if ("failed" in outcome) failed[kind.textOf(key)] = outcome;
      // The thread finds facts of the kind that it was asked for.
      else rows.push({ ...(outcome.facts as unknown as Facts), ...stored, ...key });
    }),
  );
  await kind.save(connection, rows);
  tally.computeSeconds += result.seconds;
  for (const row of rows) countFact(tally, row);
}

function itemKey(members: readonly UpdateRef[], [left, right, scalingRatio]: Item): ItemKey {
  const [one, other] = [members[left], members[right]];
  if (one === undefined || other === undefined) throw new Error("a job's item names a member that it has not");
  return { left: updateRefKey(one), right: updateRefKey(other), scalingRatio };
}
