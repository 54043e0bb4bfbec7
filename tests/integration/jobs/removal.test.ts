import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeDeleted } from "#src/jobs/removal/removal-loop.js";
import { openLog } from "#src/log.js";
import { SERVER_ACTOR } from "#src/model/audit.js";
import type { WeightStore } from "#src/model/weight-store.js";
import { deleteExperiment, restoreExperiment } from "#src/store/deletion/delete-experiment.js";
import { deletedRuns } from "#src/store/deletion/deleted-runs.js";
import { deleteStudy, restoreStudy } from "#src/store/deletion/delete-study.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { freshDatabase } from "../../support/database.js";
import { storedStudy, type StoredRun } from "../../support/stored-study.js";
import { attention, feedForward } from "../../support/two-studies.js";

const fresh = freshDatabase();
const log = openLog("silent");
let folder: string;
let directory: string;
let weights: WeightStore;

const run = (name: string, phase: number): StoredRun => ({
  name,
  bits: 16,
  rank: 2,
  metrics: { training_loss: 2 },
  checkpoints: { 10: [attention(0, 2, phase), feedForward(1, 2, phase)] },
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-removal-"));
  directory = path.join(folder, "kept");
  weights = await openWeightStore({ kind: "directory", directory });
});
afterAll(async () => {
  await weights.close();
  await rm(folder, { recursive: true });
});

/** Stores a study whose weight files are kept, with a spectrum of each of its factors. Returns the hashes of its files. */
async function keptStudy(slug: string, runs: readonly StoredRun[]) {
  const { sql } = fresh.database;
  const ids = await storedStudy(fresh.database, folder, slug, runs);
  const files = await sql<{ hash: string; size: number; path: string }[]>`
    select distinct weight_file.* from weight_file join factor_tensor on file = weight_file.hash
    join layer on layer.id = layer_id where study_id = ${ids.study} order by hash`;
  for (const file of files) await weights.keep(file);
  const factors = [...new Set(Object.values(ids.factors))];
  for (const hash of factors) {
    await sql`insert into spectrum (hash, kernel_version, singular_values, provider, precision, seconds)
      values (${hash}, 1, '{1}', 'cpu', 'float64', 0) on conflict do nothing`;
    await sql`insert into comparison (left_hash, right_hash, scaling_ratio, kernel_version, provider, precision, seconds)
      values (${hash}, ${`${hash}@0-2`}, 1, 1, 'cpu', 'float64', 0) on conflict do nothing`;
  }
  return { ...ids, files: files.map(({ hash }) => hash), factors };
}

const remove = (store: Pick<WeightStore, "remove"> = weights, graceSeconds = 0) =>
  removeDeleted({ database: fresh.database, weights: store, graceSeconds, log });
const isKept = (hash: string) => existsSync(path.join(directory, hash.slice(0, 2), hash));
async function factsOf(hashes: readonly string[]): Promise<number> {
  const [row] = await fresh.database.sql<{ n: number }[]>`
    select ((select count(*) from spectrum where hash = any(${[...hashes]}::text[]))
      + (select count(*) from comparison where left_hash = any(${[...hashes]}::text[])))::int as n`;
  return row?.n ?? 0;
}
/** Names the rows that no run names although they should have gone. */
async function orphans(): Promise<unknown> {
  const [row] = await fresh.database.sql`
    select (select count(*)::int from weight_file where not exists (select from factor_tensor where file = weight_file.hash)) as files,
      (select count(*)::int from spectrum where not exists (select from adapter_factors where adapter_factors.hash = spectrum.hash)) as facts,
      (select count(*)::int from pending_removal where due_at <= now()) as pending`;
  return row;
}
const NO_ORPHANS = { files: 0, facts: 0, pending: 0 };

test("nothing goes before the grace period ends", async () => {
  const kept = await keptStudy("patient", [run("a", 1)]);
  await deleteStudy(fresh.database, "patient", SERVER_ACTOR);
  expect(await remove(weights, 3600)).toBeUndefined();
  expect(kept.files.every(isKept)).toBe(true);
  expect(await restoreStudy(fresh.database, "patient", SERVER_ACTOR)).toBe(true);
  expect(await remove()).toBeUndefined();
  expect(await factsOf(kept.factors)).toBe(2 * kept.factors.length);
});

test("a removed study takes along what no other study names, and nothing else", async () => {
  const shared = run("shared", 21);
  const gone = await keptStudy("gone", [shared, run("own", 22)]);
  const stays = await keptStudy("stays", [shared, run("other", 23)]);
  const ownFiles = gone.files.filter((hash) => !stays.files.includes(hash));
  const ownFactors = gone.factors.filter((hash) => !stays.factors.includes(hash));
  expect([ownFiles.length, ownFactors.length]).toEqual([1, 2]);
  await deleteStudy(fresh.database, "gone", SERVER_ACTOR);
  expect(await remove()).toMatchObject({ studies: 1, weightFiles: 1, facts: 4 });
  expect(ownFiles.some(isKept)).toBe(false);
  expect(stays.files.every(isKept)).toBe(true);
  expect([await factsOf(ownFactors), await factsOf(stays.factors)]).toEqual([0, 2 * stays.factors.length]);
  expect(await orphans()).toEqual(NO_ORPHANS);
  expect(await restoreStudy(fresh.database, "gone", SERVER_ACTOR)).toBe(false);
  const [entry] = await fresh.database
    .sql`select actor, details from audit_entry where action = 'STUDY_REMOVED' and study = 'gone'`;
  expect(entry).toMatchObject({ actor: "SERVER", details: { name: "gone" } });
  // The slug is free again.
  await keptStudy("gone", [run("again", 24)]);
});

test("a removed run takes along its rank and files, is remembered, and can be imported once it is restored", async () => {
  const stored = await keptStudy("runs", [run("a", 31), { ...run("b", 32), rank: 3 }]);
  const b = stored.experiments["b"] ?? "";
  await deleteExperiment(fresh.database, b, SERVER_ACTOR);
  expect(await remove()).toMatchObject({ studies: 1, weightFiles: 1 });
  const ranks = await fresh.database.sql`select r from rank where study_id = ${stored.study}`;
  expect(ranks.map(({ r }) => r as number)).toEqual([2]);
  expect(stored.files.filter(isKept)).toHaveLength(1);
  expect(await orphans()).toEqual(NO_ORPHANS);
  expect(await deletedRuns(fresh.database, "runs", 10)).toMatchObject([{ name: "b", isRemoved: true }]);
  expect(await restoreExperiment(fresh.database, { slug: "runs", name: "b" }, SERVER_ACTOR)).toEqual({ id: null });
  expect(await deletedRuns(fresh.database, "runs", 10)).toEqual([]);
});

test("a weight file without any compared tensor goes with the last checkpoint that consists of it", async () => {
  const { sql } = fresh.database;
  const hash = "c".repeat(64);
  await sql`insert into weight_file (hash, size, path) values (${hash}, 1, '/nowhere')`;
  for (const slug of ["shard-one", "shard-two"]) {
    const { study } = await storedStudy(fresh.database, folder, slug, [run("a", 41)]);
    await sql`update checkpoint set files = files || ${hash}::text
      where experiment_id in (select id from experiment where study_id = ${study})`;
  }
  const removedFiles: string[] = [];
  const store = {
    remove: ({ hash: file }: { readonly hash: string }) => Promise.resolve(void removedFiles.push(file)),
  };
  await deleteStudy(fresh.database, "shard-one", SERVER_ACTOR);
  expect(await remove(store)).toMatchObject({ studies: 1, weightFiles: 0 });
  await deleteStudy(fresh.database, "shard-two", SERVER_ACTOR);
  expect(await remove(store)).toMatchObject({ studies: 1, weightFiles: 2 });
  expect(removedFiles).toContain(hash);
  expect(await orphans()).toEqual(NO_ORPHANS);
});

test.each(["before the file is removed", "after the file is removed"])(
  "a process that dies %s leaves no orphan: the next one completes the removal",
  async (when) => {
    const slug = when.startsWith("before") ? "dies-before" : "dies-after";
    const stored = await keptStudy(slug, [run("a", when.length), run("b", when.length + 0.5)]);
    await deleteStudy(fresh.database, slug, SERVER_ACTOR);
    const dying = {
      async remove(file: { readonly hash: string }) {
        if (when.startsWith("after")) await weights.remove(file);
        throw new Error("killed");
      },
    };
    await expect(remove(dying)).rejects.toThrow("killed");
    expect(await remove()).toMatchObject({ studies: 0 });
    expect(stored.files.some(isKept)).toBe(false);
    expect(await orphans()).toEqual(NO_ORPHANS);
  },
);

describe("a process that is killed with SIGKILL", () => {
  const SCRIPT = fileURLToPath(new URL("removal-process.mjs", import.meta.url));

  /** Starts a removal in a process of its own. */
  function start(stop: "in the transaction" | "before the file" | "after the file") {
    const settings = JSON.stringify({ url: fresh.url, directory, stop });
    const child = spawn(process.execPath, [SCRIPT, settings], { stdio: ["ignore", "pipe", "inherit"] });
    return { child, stopped: once(child.stdout, "data"), ended: once(child, "exit") };
  }

  test("in the transaction removes nothing: the study can still be restored as it was", async () => {
    const { sql } = fresh.database;
    const stored = await keptStudy("killed", [run("a", 61), run("b", 62)]);
    await deleteStudy(fresh.database, "killed", SERVER_ACTOR);
    const { child, ended } = start("in the transaction");
    await sql.begin(async (lock) => {
      // The removal waits for this row after it has noted the pending files.
      await lock`select from experiment where study_id = ${stored.study} for key share`;
      const waiting = () =>
        sql`select from pg_stat_activity where application_name = 'rankscope removal' and wait_event_type = 'Lock'`;
      await expect.poll(waiting).toHaveLength(1);
      child.kill("SIGKILL");
      await ended;
    });
    await expect
      .poll(() => sql`select from pg_stat_activity where application_name = 'rankscope removal'`)
      .toHaveLength(0);
    expect(await restoreStudy(fresh.database, "killed", SERVER_ACTOR)).toBe(true);
    expect(await remove()).toBeUndefined();
    expect(stored.files.every(isKept)).toBe(true);
    expect(await factsOf(stored.factors)).toBe(2 * stored.factors.length);
    const [row] = await sql`select count(*)::int as runs from experiment where study_id = ${stored.study}`;
    expect(row).toEqual({ runs: 2 });
  });

  test.each(["before the file", "after the file"] as const)(
    "%s is removed leaves the rest to the next process",
    async (stop) => {
      const slug = `killed-${stop.split(" ")[0] ?? ""}`;
      const stored = await keptStudy(slug, [run("a", stop.length * 10), run("b", stop.length * 10 + 0.5)]);
      await deleteStudy(fresh.database, slug, SERVER_ACTOR);
      const { child, stopped, ended } = start(stop);
      await stopped;
      child.kill("SIGKILL");
      await ended;
      expect(await remove()).toMatchObject({ studies: 0 });
      expect(stored.files.some(isKept)).toBe(false);
      expect(await orphans()).toEqual(NO_ORPHANS);
    },
  );
});

test("a file that an import names again before it is removed stays", async () => {
  const again = run("a", 51);
  const first = await keptStudy("first", [again]);
  await deleteStudy(fresh.database, "first", SERVER_ACTOR);
  await expect(remove({ remove: () => Promise.reject(new Error("killed")) })).rejects.toThrow("killed");
  const second = await keptStudy("second", [again]);
  expect(second.files).toEqual(first.files);
  expect(await remove()).toMatchObject({ weightFiles: 0 });
  expect(second.files.every(isKept)).toBe(true);
  expect(await factsOf(second.factors)).toBe(2 * second.factors.length);
});
