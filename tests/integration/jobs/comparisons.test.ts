import { mkdtemp, rm, writeFile, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openComparisons } from "#src/jobs/comparisons.js";
import { importStudy } from "#src/jobs/import-study.js";
import type { FactorsPair, WeightComparisons } from "#src/jobs/payloads.js";
import { openLog } from "#src/log.js";
import { experimentsOfStudies } from "#src/store/experiments.js";
import { factorsOfCheckpoints, type StoredFactors } from "#src/store/factors.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../../support/adapter-files.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
let folder: string;
let comparisons: WeightComparisons;
let pairs: FactorsPair[];

const rows = async () => (await fresh.database.sql<{ n: number }[]>`select count(*) as n from comparison`)[0]?.n;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-comparisons-"));
  await writeFiles(folder, {
    "16bit_r2/adapter_config.json": adapterConfig(),
    "16bit_r2/adapter_model.safetensors": safetensors(factorTensors(3, 2, 1)),
    "4bit_r2/adapter_config.json": adapterConfig(),
    "4bit_r2/adapter_model.safetensors": safetensors(factorTensors(3, 2, 1.1)),
  });
  const { outcome } = await importStudy(fresh.database, { folder });
  const experiments = await experimentsOfStudies(fresh.database, [outcome.studyId]);
  const factors = await factorsOfCheckpoints(
    fresh.database,
    experiments.flatMap(({ checkpoints }) => checkpoints.map(({ id }) => id)),
  );
  const byLayer = new Map<string, StoredFactors[]>();
  for (const row of factors) byLayer.set(row.layerId, [...(byLayer.get(row.layerId) ?? []), row]);
  pairs = [...byLayer.values()].map((sides) => {
    const [left, right] = [...sides].sort((one, other) => (one.path < other.path ? -1 : 1));
    if (left === undefined || right === undefined) throw new Error("a layer has no two sides");
    return { left, right };
  });
});

beforeEach(async () => {
  await fresh.database.sql`truncate comparison`;
  comparisons = openComparisons({ database: fresh.database, threads: 2, log: openLog("silent") });
});

afterEach(() => comparisons.close());
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("what is missing is computed and stored; a second question computes nothing", async () => {
  const first = await comparisons.compare(pairs);
  expect(first.map((result) => "facts" in result && result.cached)).toEqual([false, false, false]);
  expect(await rows()).toBe(3);
  const second = await comparisons.compare(pairs);
  expect(second.map((result) => "facts" in result && result.cached)).toEqual([true, true, true]);
  expect(second.map((result) => "facts" in result && result.facts)).toEqual(
    first.map((result) => "facts" in result && result.facts),
  );
});

test("the same question asked twice at once is computed once", async () => {
  const [one, other] = await Promise.all([comparisons.compare(pairs), comparisons.compare([...pairs].reverse())]);
  // Computing measures its own time: equal times come from one computation.
  expect([...other].reverse()).toEqual(one);
  expect(await rows()).toBe(3);
});

test("a pair the other way round is the same fact, turned", async () => {
  const [pair] = pairs as [FactorsPair];
  const [straight] = await comparisons.compare([pair]);
  const [turned] = await comparisons.compare([{ left: pair.right, right: pair.left }]);
  if (!straight || !turned || !("facts" in straight) || !("facts" in turned)) throw new Error("no facts");
  expect(turned.cached).toBe(true);
  expect(turned.facts.leftSquaredNorm).toBe(straight.facts.rightSquaredNorm);
  expect(turned.facts.innerProduct).toBe(straight.facts.innerProduct);
  expect(straight.facts.leftSquaredNorm).not.toBe(straight.facts.rightSquaredNorm);
});

test("a weight file that changed is named, stores nothing, and leaves other pairs alone", async () => {
  const [first, second] = pairs as [FactorsPair, FactorsPair];
  const file = second.right.path;
  const original = await readFile(file);
  const changed = Buffer.from(original);
  const byte = second.right.b.offset;
  changed[byte] = (changed[byte] ?? 0) ^ 1;
  await writeFile(file, changed);
  const [good, bad] = await comparisons.compare([first, second]);
  expect(good).toHaveProperty("facts");
  expect(bad).toMatchObject({
    failed: expect.stringContaining("A weight file changed after it was imported") as string,
  });
  expect(await rows()).toBe(1);
  await writeFile(file, original);
  expect((await comparisons.compare([second]))[0]).toHaveProperty("facts");
});

test("a weight file that is gone is named", async () => {
  const [pair] = pairs as [FactorsPair];
  const missing = { ...pair, right: { ...pair.right, hash: "0".repeat(64), path: `${pair.right.path}.gone` } };
  const [result] = await comparisons.compare([missing]);
  expect(result).toMatchObject({
    failed: expect.stringMatching(/no longer where it was imported from; at .*\.gone/) as string,
  });
});

test("equal weights are at cosine 1 and distance 0 exactly", async () => {
  const [pair] = pairs as [FactorsPair];
  const [result] = await comparisons.compare([{ left: pair.left, right: pair.left }]);
  expect(result).toMatchObject({ facts: { squaredDistance: 0, initialCosine: expect.closeTo(1, 12) as number } });
});

test("after closing, nothing of it keeps running", async () => {
  await comparisons.compare(pairs);
  await comparisons.close();
  await expect(comparisons.compare([])).resolves.toEqual([]);
});
