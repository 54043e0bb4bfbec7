import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freshDatabase } from "../support/database.js";
import { registerIdleWorker } from "../support/idle-worker.js";
import { query, startRankscope, type RunningRankscope } from "../support/rankscope.js";
import { serveRandomStudy } from "../support/serve-random-study.js";

// The processes and the database are real. The server runs no worker of its own; the tests start and kill workers.
const fresh = freshDatabase();
let root: string;
let weights: string;
let server: RunningRankscope;
let ids: string[];

const environment = () => ({
  DATABASE_URL: fresh.url,
  RANKSCOPE_DATA: root,
  RANKSCOPE_WORKERS: "0",
  RANKSCOPE_COMPUTE_THREADS: "1",
  // Each test begins without stored facts, so the server may keep none.
  RANKSCOPE_CACHE_MEGABYTES: "0",
});
const started: Awaited<ReturnType<typeof startRankscope>>[] = [];
async function startWorker() {
  const worker = await startRankscope(["worker"], environment(), /takes jobs/);
  started.push(worker);
  return worker;
}

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "rankscope-faults-"));
  weights = path.join(root, "weights");
  const shape = { runs: 12, layers: 4, rank: 32, features: 1024 };
  ({ server, ids } = await serveRandomStudy(path.join(root, "study"), shape, environment()));
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.ended;
  await rm(root, { recursive: true, force: true });
});
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});
beforeEach(async () => {
  await fresh.database.sql`truncate comparison, subspace, spectrum, job, job_fact, job_part`;
  await fresh.database.sql`truncate graphile_worker._private_jobs`;
});

const MATRIX = `query($ids: [ID!]!, $wait: Float) { similarityMatrix(experiments: $ids, measure: COSINE, waitSeconds: $wait) {
  values jobs { id status message } } }`;
const matrix = async (wait: number, some = ids) =>
  (await query(server.address, MATRIX, { ids: some, wait })).data.similarityMatrix;
const PAIR = `query($a: ID!, $b: ID!, $wait: Float) { compareExperiments(baseline: $a, candidate: $b, waitSeconds: $wait) {
  summary { meanCosineSimilarity comparedLayers }
  layers { cosineSimilarity undefinedReason undefinedDetail job { id status message } } } }`;
const pair = async (a: string | undefined, b: string | undefined, wait: number) =>
  (await query(server.address, PAIR, { a, b, wait })).data.compareExperiments;

async function until(what: string, isSo: () => Promise<boolean>, seconds = 120): Promise<void> {
  const began = Date.now();
  while (!(await isSo())) {
    if (Date.now() - began > seconds * 1000) throw new Error(`${what} did not come within ${seconds} s`);
    await sleep(5);
  }
}

const isRunning = async () =>
  (await fresh.database.sql`select 1 from graphile_worker.jobs where locked_at is not null`).count > 0;
const rows = async () => (await fresh.database.sql<{ n: number }[]>`select count(*) as n from comparison`)[0]?.n;

describe("a killed worker", () => {
  test("leaves its job, which runs again within 30 s, and each result is stored once", async () => {
    const [first, second] = [await startWorker(), await startWorker()];
    const pending = matrix(0);
    await until("a job that runs", isRunning);
    first.child.kill("SIGKILL");
    second.child.kill("SIGKILL");
    await Promise.all([first.ended, second.ended, pending]);
    const began = Date.now();
    const third = await startWorker();
    const answer = await matrix(30);
    expect(answer.jobs).toEqual([]);
    expect(answer.values.flat().every((value: unknown) => typeof value === "number")).toBe(true);
    expect(Date.now() - began).toBeLessThan(30_000);
    // Each of the 4 layers has all pairs, and each run with itself.
    expect(await rows()).toBe(4 * ((12 * 13) / 2));
    third.child.kill("SIGTERM");
    expect((await third.ended).code).toBe(0);
  });

  test("that was killed three times by one job fails that job with a readable reason, and other jobs continue", async () => {
    await matrix(0, ids.slice(0, 9));
    for (let death = 0; death < 3; death++) {
      const worker = await startWorker();
      await until("a job that runs", isRunning);
      worker.child.kill("SIGKILL");
      await worker.ended;
      await fresh.database.sql`update worker set seen_at = now() - interval '1 minute'`;
    }
    const last = await startWorker();
    await until(
      "the failure",
      async () => (await fresh.database.sql`select 1 from job where status = 'FAILED'`).count > 0,
    );
    const failed = await pair(ids[0], ids[1], 10);
    expect(failed.layers[0]).toMatchObject({ cosineSimilarity: null, undefinedReason: "COMPUTE_FAILED" });
    expect(failed.layers[0].undefinedDetail).toMatch(/worker process ended.*3 times/);
    const good = await pair(ids[9], ids[10], 20);
    expect(good.summary).toMatchObject({ comparedLayers: 4 });
    last.child.kill("SIGTERM");
    expect((await last.ended).code).toBe(0);
  });
});

describe("a request", () => {
  test("waits as long as requested, then names the job, which completes nevertheless", async () => {
    const pending = await pair(ids[3], ids[4], 0);
    expect(pending.layers[0]).toMatchObject({ cosineSimilarity: null, undefinedReason: "PENDING" });
    const { id } = pending.layers[0].job;
    const worker = await startWorker();
    await until(
      "the end of the job",
      async () => (await query(server.address, `{ job(id: "${id}") { status } }`)).data.job.status === "SUCCEEDED",
    );
    expect((await pair(ids[3], ids[4], 0)).summary).toMatchObject({ comparedLayers: 4 });
    worker.child.kill("SIGTERM");
    await worker.ended;
  });

  test("is told at once that no worker is running and how to start one, and a worker that starts runs the job", async () => {
    const pending = await pair(ids[10], ids[11], 60);
    const reason = expect.stringMatching(/^No worker is running\. Start one with: rankscope worker/) as string;
    expect(pending.layers[0]).toMatchObject({
      cosineSimilarity: null,
      undefinedReason: "PENDING",
      undefinedDetail: reason,
      job: { status: "QUEUED", message: reason },
    });
    const worker = await startWorker();
    expect((await pair(ids[10], ids[11], 20)).summary).toMatchObject({ comparedLayers: 4 });
    worker.child.kill("SIGTERM");
    await worker.ended;
  });

  test("that is cancelled cancels its job, unless another request waits for it", async () => {
    const removeWorker = await registerIdleWorker(fresh.database);
    const stop = new AbortController();
    const sendPair = (signal?: AbortSignal) =>
      fetch(new URL("/graphql", server.address), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query: PAIR, variables: { a: ids[5], b: ids[6], wait: 30 } }),
        ...(signal && { signal }),
      });
    const status = async () => (await fresh.database.sql<{ status: string }[]>`select status from job`)[0]?.status;
    const [given, kept] = [sendPair(stop.signal).catch(() => undefined), sendPair()];
    await until(
      "both to wait",
      async () => (await fresh.database.sql`select 1 from job where waiting = 2`).count === 1,
    );
    stop.abort();
    await given;
    await until(
      "one to leave",
      async () => (await fresh.database.sql`select 1 from job where waiting = 1`).count === 1,
    );
    expect(await status()).toBe("QUEUED");
    const worker = await startWorker();
    expect(
      ((await (await kept).json()) as { data: { compareExperiments: unknown } }).data.compareExperiments,
    ).toMatchObject({ summary: { comparedLayers: 4 } });
    worker.child.kill("SIGTERM");
    await worker.ended;
    await fresh.database.sql`truncate comparison, job, job_fact, job_part`;
    const alone = new AbortController();
    const lonely = sendPair(alone.signal).catch(() => undefined);
    await until("it to wait", async () => (await fresh.database.sql`select 1 from job where waiting = 1`).count === 1);
    alone.abort();
    await lonely;
    await until("the cancellation", async () => (await status()) === "CANCELLED");
    expect((await fresh.database.sql`select 1 from graphile_worker.jobs`).count).toBe(0);
    await removeWorker();
  });
});

describe("a weight file", () => {
  /** Damages a kept weight file. The originals are moved away so that the store cannot read them instead. */
  async function withDamage(damage: (file: string) => Promise<unknown>, check: () => Promise<void>): Promise<void> {
    const files = await fresh.database.sql<{ hash: string; path: string }[]>`
      select weight_file.hash, weight_file.path from weight_file
      join checkpoint on weight_file.hash = any(files) where experiment_id = ${ids[7] ?? ""}`;
    const [file] = files;
    if (file === undefined) throw new Error("the run has no weights");
    const kept = (await readdir(weights, { recursive: true })).find((name) => name.endsWith(file.hash));
    if (kept === undefined) throw new Error("the weights were not kept");
    const keptFile = path.join(weights, kept);
    const [content, original] = [await readFile(keptFile), await readFile(file.path)];
    const worker = await startWorker();
    try {
      await rm(file.path);
      await damage(keptFile);
      await check();
    } finally {
      await rm(keptFile, { force: true });
      await writeFile(keptFile, content);
      await writeFile(file.path, original);
      worker.child.kill("SIGTERM");
      await worker.ended;
    }
  }

  test.each([
    [
      "changed",
      async (file: string) => {
        const content = await readFile(file);
        content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
        await rm(file);
        await writeFile(file, content);
      },
      /weight file has changed since it was imported/,
    ],
    ["truncated", (file: string) => truncate(file, 1000), /weight file has changed since it was imported/],
    ["deleted", (file: string) => rm(file), /weight file is missing/],
  ] as const)(
    "that was %s after the import is reported, and no result from it is stored",
    async (_, damage, reason) => {
      await withDamage(damage, async () => {
        const bad = await pair(ids[7], ids[8], 20);
        const failed = bad.layers.filter(
          ({ undefinedReason }: { undefinedReason: string | null }) => undefinedReason !== null,
        );
        expect(failed.length).toBeGreaterThan(0);
        for (const layer of failed) {
          expect(layer).toMatchObject({ cosineSimilarity: null, undefinedReason: "UNREADABLE" });
          expect(layer.undefinedDetail).toMatch(reason);
        }
        expect(await rows()).toBe(4 - failed.length);
        expect((await pair(ids[8], ids[9], 20)).summary).toMatchObject({ comparedLayers: 4 });
      });
      const worker = await startWorker();
      expect((await pair(ids[7], ids[8], 20)).summary).toMatchObject({ comparedLayers: 4 });
      worker.child.kill("SIGTERM");
      await worker.ended;
    },
  );
});
