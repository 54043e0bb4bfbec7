import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { v7 as newId } from "uuid";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { importStudy } from "#src/jobs/import/import-study.js";
import type { JobWatch } from "#src/jobs/job-watch.js";
import { openWeightFacts } from "#src/jobs/open-weight-facts.js";
import type { FactRequest, WeightFacts } from "#src/model/weight-facts.js";
import type { StoredFactors, UpdatePair } from "#src/model/weight-updates.js";
import { experimentsOfStudies } from "#src/store/studies/experiments.js";
import { factorsOfCheckpoints } from "#src/store/studies/factors.js";
import { jobsById } from "#src/store/queue/jobs.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../../support/adapter-files.js";
import { freshDatabase } from "../../support/database.js";
import { realServices, type RealServices } from "../../support/real-services.js";

const fresh = freshDatabase();
const now: FactRequest = { waitMilliseconds: 20_000, urgency: "INTERACTIVE" };
let folder: string;
let real: RealServices;
let weights: WeightFacts;
let studyId: string;
let factors: StoredFactors[];

/** The pairs of the two runs, one per layer. */
let pairs: UpdatePair[];

const count = async (table: "comparison" | "subspace" | "spectrum" | "job") =>
  (await fresh.database.sql<{ n: number }[]>`select count(*) as n from ${fresh.database.sql(table)}`)[0]?.n;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-facts-"));
  await writeFiles(folder, {
    "16bit_r2/adapter_config.json": adapterConfig(),
    "16bit_r2/adapter_model.safetensors": safetensors(factorTensors(3, 2, 1)),
    "4bit_r2/adapter_config.json": adapterConfig({ lora_alpha: 32 }),
    "4bit_r2/adapter_model.safetensors": safetensors(factorTensors(3, 2, 1.1)),
  });
  const store = await openWeightStore({ kind: "in-place" });
  const {
    outcomes: [outcome],
  } = await importStudy({ database: fresh.database, weights: store }, { folder });
  await store.close();
  studyId = outcome.studyId;
  const experiments = await experimentsOfStudies(fresh.database, [studyId]);
  factors = await factorsOfCheckpoints(
    fresh.database,
    experiments.flatMap(({ checkpoints }) => checkpoints.map(({ id }) => id)),
  );
  const ofLayer = grouped(factors);
  pairs = [...ofLayer.values()].map((sides): UpdatePair => {
    const [left, right] = [...sides].sort((one, other) => one.scaling - other.scaling);
    if (left === undefined || right === undefined) throw new Error("a layer has no two sides");
    return { left: { factors: left }, right: { factors: right }, scalingRatio: 1 };
  });
  real = await realServices(fresh.database, { url: fresh.url, importRoots: [] });
  ({ weights } = real.services);
});
afterAll(async () => {
  await real.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await jobsHaveEnded();
  await fresh.database.sql`truncate comparison, subspace, spectrum, job, job_fact, job_part`;
});

/** A test may end before the jobs that it queued, whose facts would then be stored after the tables were emptied. */
async function jobsHaveEnded(): Promise<void> {
  const open = await fresh.database.sql<{ id: string }[]>`select id from job where status in ('QUEUED', 'RUNNING')`;
  const ended = await real.services.jobs.watch.ended(
    open.map(({ id }) => id),
    { milliseconds: 60_000 },
  );
  expect(ended.size).toBe(open.length);
}

/** Runs `request` while no worker can store a result in `table`: a quick worker would answer before it returns. */
async function whileNothingIsStored<T>(table: string, request: () => Promise<T>): Promise<T> {
  const { sql } = fresh.database;
  let answer: T | undefined;
  await sql.begin(async (transaction) => {
    await transaction`lock table ${transaction(table)} in share row exclusive mode`;
    answer = await request();
  });
  return answer as T;
}

function grouped(rows: readonly StoredFactors[]): Map<string, StoredFactors[]> {
  const groups = new Map<string, StoredFactors[]>();
  for (const row of rows) groups.set(row.layerId, [...(groups.get(row.layerId) ?? []), row]);
  return groups;
}

const [isKnown, isCached] = [
  (result: object) => "facts" in result,
  (result: object) => "facts" in result && "cached" in result && result.cached,
];

describe("a request for results from weights", () => {
  test("computes them with one job per shape and stores them, and computes nothing the second time", async () => {
    const first = await weights.request("COMPARISON", pairs, now);
    expect(first.map(isKnown)).toEqual([true, true, true]);
    expect(first.map(isCached)).toEqual([false, false, false]);
    expect([await count("comparison"), await count("job")]).toEqual([3, 1]);
    const second = await weights.request("COMPARISON", pairs, now);
    expect(second.map(isCached)).toEqual([true, true, true]);
    expect(await count("job")).toBe(1);
    expect(second.map((result) => "facts" in result && result.facts)).toEqual(
      first.map((result) => "facts" in result && result.facts),
    );
  });

  test("computes results once when many request them at once", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => weights.request("COMPARISON", pairs, now)));
    for (const answer of answers) expect(answer.map(isKnown)).toEqual([true, true, true]);
    // The computation measures its own time, so equal times come from one computation.
    const seconds = answers.map(([result]) => result !== undefined && "facts" in result && result.facts.seconds);
    expect(new Set(seconds).size).toBe(1);
  });

  test("stores results by their kind", async () => {
    const [comparisons, subspaces, spectra] = await Promise.all([
      weights.request("COMPARISON", pairs, now),
      weights.request("SUBSPACE", pairs, now),
      weights.request(
        "SPECTRUM",
        factors.map((one) => ({ factors: one })),
        now,
      ),
    ]);
    expect([...comparisons, ...subspaces, ...spectra].every(isKnown)).toBe(true);
    expect([await count("comparison"), await count("subspace"), await count("spectrum")]).toEqual([3, 3, 6]);
    // |B A| is the root of the sum of squared singular values, computed by two kernels.
    const [pair, spectrum] = [comparisons[0], spectra[factors.indexOf(pairs[0]?.left.factors as StoredFactors)]];
    if (!pair || !spectrum || !("facts" in pair) || !("facts" in spectrum)) throw new Error("no facts");
    expect(spectrum.facts.squaredNorm).toBeCloseTo(pair.facts.leftSquaredNorm ?? NaN, 10);
  });

  test("treats another scaling ratio as another result, and a swapped pair as the same", async () => {
    const [pair] = pairs as [UpdatePair];
    const [plain] = await weights.request("COMPARISON", [pair], now);
    const [scaled] = await weights.request("COMPARISON", [{ ...pair, scalingRatio: 2 }], now);
    const [turned] = await weights.request(
      "COMPARISON",
      [{ left: pair.right, right: pair.left, scalingRatio: 0.5 }],
      now,
    );
    expect(await count("comparison")).toBe(2);
    if (!plain || !scaled || !turned || !("facts" in plain) || !("facts" in scaled) || !("facts" in turned))
      throw new Error("no facts");
    expect(turned.cached).toBe(true);
    const { innerProduct, leftSquaredNorm, rightSquaredNorm } = plain.facts;
    const expected = (leftSquaredNorm ?? NaN) + 4 * (rightSquaredNorm ?? NaN) - 4 * (innerProduct ?? NaN);
    expect(scaled.facts.squaredDistance).toBeCloseTo(expected, 8);
    expect(turned.facts.squaredDistance).toBeCloseTo((scaled.facts.squaredDistance ?? NaN) / 4, 12);
    expect(turned.facts.leftSquaredNorm).toBe(scaled.facts.rightSquaredNorm);
  });

  test("uses only the requested rows of B for a part of a projection, and the parts add up", async () => {
    const [pair] = pairs as [UpdatePair];
    const part = (from: number, to: number): UpdatePair => ({
      left: { ...pair.left, rows: { from, to } },
      right: { ...pair.right, rows: { from, to } },
      scalingRatio: 1,
    });
    const [whole, ...parts] = await weights.request("COMPARISON", [pair, part(0, 3), part(3, 6), part(6, 9)], now);
    const product = (result: (typeof parts)[number] | undefined) =>
      result !== undefined && "facts" in result ? (result.facts.innerProduct ?? NaN) : NaN;
    expect(parts.map(product).reduce((sum, value) => sum + value, 0)).toBeCloseTo(product(whole), 10);
    expect(new Set(parts.map(product)).size).toBe(3);
  });

  test("returns exactly cosine 1 and distance 0 for equal weights", async () => {
    const [{ left }] = pairs as [UpdatePair];
    const [result] = await weights.request("COMPARISON", [{ left, right: left, scalingRatio: 1 }], now);
    if (!result || !("facts" in result)) throw new Error("no facts");
    expect(result.facts).toMatchObject({ squaredDistance: 0, initialCosine: expect.closeTo(1, 12) as number });
    expect(result.facts.innerProduct).toBe(result.facts.leftSquaredNorm);
  });

  test("reports weights that no stored file has, and computes the rest", async () => {
    const [good, other] = pairs as [UpdatePair, UpdatePair];
    const bad = { ...other, right: { factors: { ...other.right.factors, hash: "0".repeat(64) } } };
    const [known, failed] = await weights.request("COMPARISON", [good, bad], now);
    expect(isKnown(known ?? {})).toBe(true);
    expect(failed).toMatchObject({
      code: "WEIGHTS_MISSING",
      failed: expect.stringContaining("no stored checkpoint") as string,
    });
    expect(await count("comparison")).toBe(1);
  });

  test("returns its job if it must not wait, and the job continues", async () => {
    const [answer] = await whileNothingIsStored("spectrum", () =>
      weights.request("SPECTRUM", [{ factors: factors[0] as StoredFactors }], { ...now, waitMilliseconds: 0 }),
    );
    if (answer === undefined || !("pending" in answer)) throw new Error("it is not pending");
    const ended = await real.services.jobs.watch.ended([answer.pending], { milliseconds: 20_000 });
    expect(ended.get(answer.pending)).toMatchObject({ status: "SUCCEEDED", done: 1, total: 1 });
    expect((await weights.request("SPECTRUM", [{ factors: factors[0] as StoredFactors }], now)).map(isCached)).toEqual([
      true,
    ]);
  });

  test.each([
    ["does not wait if no worker runs, and gives the reason", false, [0, /^No worker is running\. Start one with: /]],
    ["waits if a worker runs or is starting", true, [20_000, undefined]],
  ] as const)("%s", async (_, hasWorker, [milliseconds, reason]) => {
    const waits: number[] = [];
    const watch: JobWatch = {
      ...real.services.jobs.watch,
      ended(_, options) {
        waits.push(options.milliseconds);
        return Promise.resolve(new Map());
      },
    };
    const ensureWorker = () => Promise.resolve(hasWorker);
    const { log } = real.services;
    const facts = openWeightFacts({ connection: fresh.database, watch, log, ensureWorker });
    const [answer] = await whileNothingIsStored("spectrum", () =>
      facts.request("SPECTRUM", [{ factors: factors[0] as StoredFactors }], now),
    );
    if (answer === undefined || !("pending" in answer)) throw new Error("it is not pending");
    expect(waits).toEqual([milliseconds]);
    if (reason === undefined) expect(answer.reason).toBeUndefined();
    else expect(answer.reason).toMatch(reason);
  });

  test("queues nothing if the client has disconnected", async () => {
    const signal = AbortSignal.abort(new Error("gone"));
    await expect(weights.request("COMPARISON", pairs, { ...now, signal })).rejects.toThrow("gone");
    expect(await count("job")).toBe(0);
  });
});

describe("precomputing a study", () => {
  test("computes everything that can be requested, and nothing the second time", async () => {
    const { jobs } = real.services;
    const first = await jobs.precompute(studyId, {}, SERVER_ACTOR);
    const ended = await jobs.watch.ended([first], { milliseconds: 20_000 });
    // Three layers: each pair unscaled and as applied (alpha differs), its subspaces, and both spectra.
    expect(ended.get(first)).toMatchObject({ kind: "PRECOMPUTE", status: "SUCCEEDED", done: 15, total: 15 });
    expect([await count("comparison"), await count("subspace"), await count("spectrum")]).toEqual([6, 3, 6]);
    const second = await jobs.precompute(studyId, {}, SERVER_ACTOR);
    expect((await jobsById(fresh.database, [second]))[0]).toMatchObject({
      status: "SUCCEEDED",
      message: "all facts were stored already",
    });
    const entries = await fresh.database.sql`
      select subject from audit_entry where action = 'PRECOMPUTE_REQUESTED' order by id`;
    expect(entries).toEqual([{ subject: first }, { subject: second }]);
    expect((await weights.request("COMPARISON", pairs, { ...now, waitMilliseconds: 0 })).map(isCached)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("waits for results that another request computes instead of computing them twice", async () => {
    const { jobs } = real.services;
    const [id, answer] = await Promise.all([
      jobs.precompute(studyId, {}, SERVER_ACTOR),
      weights.request("COMPARISON", pairs, now),
    ]);
    expect(answer.map(isKnown)).toEqual([true, true, true]);
    expect((await jobs.watch.ended([id], { milliseconds: 20_000 })).get(id)?.status).toBe("SUCCEEDED");
    const [twice] = await fresh.database.sql`
      select key from job_fact group by key having count(*) > 1`;
    expect(twice).toBeUndefined();
  });

  test("compares each run with its preceding checkpoint, as the noise floor of its study requires", async () => {
    const saved = (seed: number) => safetensors(factorTensors(3, 2, seed));
    await writeFiles(folder, {
      "steps/16bit_r2/checkpoint-1/adapter_config.json": adapterConfig(),
      "steps/16bit_r2/checkpoint-1/adapter_model.safetensors": saved(5),
      "steps/16bit_r2/checkpoint-2/adapter_config.json": adapterConfig(),
      "steps/16bit_r2/checkpoint-2/adapter_model.safetensors": saved(6),
      "steps/16bit_r2/adapter_config.json": adapterConfig(),
      "steps/16bit_r2/adapter_model.safetensors": saved(7),
    });
    const store = await openWeightStore({ kind: "in-place" });
    const {
      outcomes: [outcome],
    } = await importStudy(
      { database: fresh.database, weights: store },
      { folder: path.join(folder, "steps"), slug: "steps" },
    );
    await store.close();
    const { jobs } = real.services;
    const id = await jobs.precompute(outcome.studyId, {}, SERVER_ACTOR);
    const ended = await jobs.watch.ended([id], { milliseconds: 20_000 });
    // Three layers: step 2 against the last checkpoint, and the last checkpoint's spectrum.
    expect(ended.get(id)).toMatchObject({ status: "SUCCEEDED", done: 6, total: 6 });
    const [experiment] = await experimentsOfStudies(fresh.database, [outcome.studyId]);
    const hashes = async (step: number | null) =>
      (
        await factorsOfCheckpoints(
          fresh.database,
          (experiment?.checkpoints ?? []).flatMap((one) => (one.step === step ? [one.id] : [])),
        )
      ).map(({ hash }) => hash);
    const required = [...(await hashes(2)), ...(await hashes(null))].sort();
    const stored = await fresh.database.sql<{ left: string; right: string }[]>`
      select left_hash as left, right_hash as right from comparison`;
    expect(stored.flatMap(({ left, right }) => [left, right]).sort()).toEqual(required);
  });

  test("succeeds without work for an unknown study", async () => {
    const id = await real.services.jobs.precompute(newId(), {}, SERVER_ACTOR);
    expect((await jobsById(fresh.database, [id]))[0]?.status).toBe("SUCCEEDED");
  });
});
