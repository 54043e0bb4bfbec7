import { mkdtempSync, realpathSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { query, rankscope, serveRankscope, startRankscope, type RunningRankscope } from "../support/rankscope.js";
import { studyDatabase } from "../support/study-database.js";

// Servers and workers are real processes on one database. The tests start and kill workers.
const study = studyDatabase("reference-study");
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "rankscope-behaviour-")));
const file = path.join(folder, "items.jsonl");
/** Enough items for a job of some seconds: values are stored every two seconds. */
const ITEMS = 800;

let servers: RunningRankscope[];
let run: string;
const environment = () => ({ ...study.environment, RANKSCOPE_WORKERS: "0", RANKSCOPE_DATA: folder });
const workers: Awaited<ReturnType<typeof startRankscope>>[] = [];
const startWorker = async (settings: Record<string, string> = {}) => {
  const worker = await startRankscope(["worker"], { ...environment(), ...settings }, /takes jobs/);
  workers.push(worker);
  return worker;
};

beforeAll(async () => {
  // Items of 128 tokens that differ, so that none is cheaper than another.
  const items = Array.from({ length: ITEMS }, (_, i) =>
    JSON.stringify({ input_ids: Array.from({ length: 128 }, (__, at) => (31 * i + 7 * at) % 3072) }),
  );
  await writeFile(file, `${items.join("\n")}\n`);
  const added = await rankscope(["evalset", "add", "items", file], environment());
  expect(added.code, added.stderr).toBe(0);
  servers = await Promise.all([serveRankscope(environment()), serveRankscope(environment())]);
  const { data } = await ask(`{ study(slug: "reference-study") { experiments(first: 100) { nodes { id name } } } }`);
  const runs = data.study.experiments.nodes as { id: string; name: string }[];
  run = runs.find(({ name }) => name === "16bit_r8_s0")?.id ?? "";
});
afterEach(async () => {
  for (const { child, ended } of workers.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
  await study.database.sql`truncate behaviour_fact, behaviour_item, job, job_fact, job_part`;
  await study.database.sql`truncate graphile_worker._private_jobs`;
  await study.database.sql`delete from worker`;
});
afterAll(async () => {
  for (const { child, ended } of servers) {
    child.kill("SIGTERM");
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

const BEHAVIOUR = `query($id: ID!, $wait: Float) { experiment(id: $id) { behaviour(on: "items", waitSeconds: $wait) {
  status reason job { id status kind done total message } loss { mean n } computed { items } } } }`;

function ask(source: string, variables: Record<string, unknown> = {}, server = servers[0]) {
  return query(server?.address ?? "", source, variables);
}

async function behaviour(wait: number, server = servers[0]) {
  return (await ask(BEHAVIOUR, { id: run, wait }, server)).data.experiment.behaviour;
}

async function until(what: string, isSo: () => Promise<boolean>, seconds = 300): Promise<void> {
  const began = Date.now();
  while (!(await isSo())) {
    if (Date.now() - began > seconds * 1000) throw new Error(`${what} did not come within ${seconds} s`);
    await sleep(50);
  }
}

const storedItems = async () =>
  (await study.database.sql<{ n: number }[]>`select count(*)::int as n from behaviour_item`)[0]?.n ?? 0;

test(
  "a job of a killed worker resumes on another one, and each item is counted once",
  { timeout: 600_000 },
  async () => {
    expect(await behaviour(0)).toMatchObject({
      status: "PENDING",
      reason: expect.stringContaining("rankscope worker"),
    });
    const first = await startWorker();
    await until("the first items", async () => (await storedItems()) > 0);
    const [job] = (await ask(`{ jobs { kind status done total message } }`)).data.jobs;
    expect(job).toMatchObject({ kind: "BEHAVIOUR", status: "RUNNING", total: ITEMS });
    expect(job.message).toMatch(/^loss: [\d,]+ of 800 items; [\d,]+ tokens in this run$/);
    first.child.kill("SIGKILL");
    await first.ended;
    const before = await storedItems();
    expect(before).toBeLessThan(ITEMS);
    // Other servers see the same job.
    expect((await behaviour(0, servers[1])).job).toMatchObject({ kind: "BEHAVIOUR" });
    await startWorker();
    let done = await behaviour(60, servers[1]);
    await until("the end", async () => (done = await behaviour(30, servers[1])).status !== "PENDING");
    expect(done).toMatchObject({ status: "READY", loss: { n: ITEMS }, computed: [{ items: ITEMS }] });
    expect(await storedItems()).toBe(ITEMS);
  },
);

test(
  "cancelling stops a running job between chunks, and another request goes on from there",
  { timeout: 600_000 },
  async () => {
    const pending = await behaviour(0);
    await startWorker();
    await until("the first items", async () => (await storedItems()) > 0);
    const { id } = pending.job;
    expect((await ask(`mutation($id: ID!) { cancelJob(id: $id) { status } }`, { id })).data.cancelJob.status).toBe(
      "CANCELLED",
    );
    await sleep(3000);
    const stored = await storedItems();
    await sleep(3000);
    expect(await storedItems()).toBe(stored);
    let done = await behaviour(60);
    await until("the end", async () => (done = await behaviour(30)).status !== "PENDING");
    expect(done).toMatchObject({ status: "READY", loss: { n: ITEMS } });
  },
);

test("a model that needs more memory than any worker waits, and the answer says so", async () => {
  await startWorker({ RANKSCOPE_MODEL_MEMORY_MB: "64" });
  const waiting = await behaviour(5);
  expect(waiting).toMatchObject({ status: "PENDING", job: { status: "QUEUED" } });
  expect(waiting.reason).toContain("No worker has enough memory for the model");
});

test("a token for other studies reads no result, and one for the study does", async () => {
  const [own, other] = await Promise.all(
    ["reference-study", "other"].map(async (slug) => {
      const { stdout } = await rankscope(["token", "create", "--role", "reader", "--study", slug], environment());
      return /rks_\S+/.exec(stdout)?.[0];
    }),
  );
  const answer = async (token: string | undefined) => {
    const response = await fetch(new URL("/graphql", servers[0]?.address), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token ?? ""}` },
      body: JSON.stringify({ query: BEHAVIOUR, variables: { id: run, wait: 0 } }),
    });
    const { data, errors } = (await response.json()) as { data?: { experiment: object | null }; errors?: unknown };
    expect(errors).toBeUndefined();
    return data?.experiment;
  };
  expect(await answer(other)).toBeNull();
  expect(await answer(own)).toMatchObject({ behaviour: { status: "PENDING", job: { kind: "BEHAVIOUR" } } });
});
