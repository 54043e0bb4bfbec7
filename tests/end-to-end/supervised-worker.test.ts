import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { S3_CREDENTIALS, startS3Server } from "../support/s3-server.js";
import { query, rankscope, serveRankscope, startRankscope } from "../support/rankscope.js";
import { FIXTURE_STUDY } from "../support/shared-study.js";
import { studyDatabase } from "../support/study-database.js";

const stored = studyDatabase("reference-study");
let data: string;

beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), "rankscope-supervised-"));
});
afterAll(() => rm(data, { recursive: true, force: true }));

const environment = () => ({ ...stored.environment, RANKSCOPE_LOG: "silent" });
const workers = () => stored.database.sql<{ pid: number }[]>`select pid from worker`;
const SIMILARITY = `query($rank: Int!) { study(slug: "reference-study") { weightSimilarity(rank: $rank, waitSeconds: 60) {
  comparedLayers mean computed { cached } } } }`;

async function onlyWorker(but?: number): Promise<number> {
  for (let turn = 0; turn < 5000; turn++) {
    const [worker] = (await workers()).filter(({ pid }) => pid !== but);
    if (worker !== undefined) return worker.pid;
    await sleep(20);
  }
  throw new Error("no worker came");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  for (let turn = 0; turn < 5000 && isAlive(pid); turn++) await sleep(20);
  expect(isAlive(pid)).toBe(false);
}

test("a server runs a worker, replaces it if it is killed, and stops it when it stops", async () => {
  const server = await serveRankscope(environment());
  // The worker may still be starting: the request waits for it.
  const early = await query(server.address, SIMILARITY, { rank: 8 });
  expect(early.data.study.weightSimilarity).toMatchObject({ comparedLayers: 16, computed: { cached: false } });
  const first = await onlyWorker();
  process.kill(first, "SIGKILL");
  const second = await onlyWorker(first);
  const { data: answer } = await query(server.address, SIMILARITY, { rank: 2 });
  expect(answer.study.weightSimilarity).toMatchObject({ comparedLayers: 16, computed: { cached: false } });
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
  expect(isAlive(second)).toBe(false);
  expect(await workers()).toEqual([]);
});

test("a worker whose server was killed exits", async () => {
  const server = await serveRankscope(environment());
  const worker = await onlyWorker();
  server.child.kill("SIGKILL");
  await server.ended;
  await untilGone(worker);
});

test("a command that needs weights starts a worker only if none is running", async () => {
  // A worker that was killed, as in the tests above, cannot remove its row.
  await stored.database.sql`delete from worker`;
  const first = await rankscope(["report", "reference-study"], environment());
  expect(first, first.stderr).toMatchObject({ code: 0 });
  expect(first.stdout).toContain("Similarity of the weight updates");
  expect(await workers()).toEqual([]);
});

test("a worker without a database, or with one that is not migrated, explains how to fix it", async () => {
  const none = await rankscope(["worker"], { RANKSCOPE_DATA: path.join(data, "nothing") });
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("NO_SERVER") as string });
  const empty = new URL(stored.url);
  empty.pathname = "/postgres";
  const unprepared = await rankscope(["worker"], { DATABASE_URL: empty.href });
  expect(unprepared).toMatchObject({ code: 1, stderr: expect.stringContaining("MIGRATION_PENDING") as string });
});

test("a supervised worker that cannot start exits, so that it is replaced", async () => {
  const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
  const nowhere = { DATABASE_URL: "postgresql://nobody@127.0.0.1:9/nothing", RANKSCOPE_LOG: "silent" };
  const child = fork(main, ["worker", "--id", randomUUID()], { env: { ...process.env, ...nowhere }, silent: true });
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(1);
});

test("workers on other machines read weights from a bucket that imports fill", async () => {
  const bucket = await startS3Server(path.join(data, "s3"), ["weights"]);
  const shared = {
    ...environment(),
    ...S3_CREDENTIALS,
    RANKSCOPE_WEIGHTS: "s3://weights/lora",
    RANKSCOPE_S3_ENDPOINT: bucket.endpoint,
    RANKSCOPE_WORKERS: "0",
  };
  const copy = path.join(data, "copy");
  await cp(FIXTURE_STUDY, copy, { recursive: true });
  const imported = await rankscope(["import", copy, "--slug", "in-a-bucket"], shared);
  expect(imported, imported.stderr).toMatchObject({ code: 0 });
  // Another machine has access to the bucket and the database, but not to the folder.
  await rm(copy, { recursive: true });
  await stored.database.sql`truncate comparison, job, job_fact, job_part`;
  const server = await serveRankscope(shared);
  const worker = await startRankscope(["worker"], shared, /takes jobs/);
  const source = SIMILARITY.replace("reference-study", "in-a-bucket");
  const { data: answer } = await query(server.address, source, { rank: 8 });
  expect(answer.study.weightSimilarity).toMatchObject({ comparedLayers: 12, computed: { cached: false } });
  expect(
    (await bucket.requests()).some(({ request, range }) => request.startsWith("GET /weights/lora/") && range !== ""),
  ).toBe(true);
  worker.child.kill("SIGTERM");
  expect((await worker.ended).code).toBe(0);
  server.child.kill("SIGTERM");
  await server.ended;
});
