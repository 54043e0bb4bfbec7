import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { takeImportTurn } from "#src/store/queue/import-turn.js";
import { freshDatabase } from "../support/database.js";
import { registerIdleWorker } from "../support/idle-worker.js";
import { writeRandomStudy } from "../support/random-study.js";
import { query, serveRankscope, startRankscope, type RunningRankscope } from "../support/rankscope.js";
import { importRandomStudy } from "../support/serve-random-study.js";

const fresh = freshDatabase();
let root: string;
let ids: string[];
const environment = () => ({
  DATABASE_URL: fresh.url,
  RANKSCOPE_DATA: root,
  RANKSCOPE_WORKERS: "0",
  RANKSCOPE_COMPUTE_THREADS: "1",
  RANKSCOPE_IMPORT_ROOTS: root,
});

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "rankscope-drain-"));
  const shape = { runs: 6, layers: 2, rank: 32, features: 1024 };
  await importRandomStudy(path.join(root, "study"), shape, environment());
  const { sql } = fresh.database;
  ids = (await sql<{ id: string }[]>`select id from experiment order by name`).map(({ id }) => id);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const PAIR = `query($a: ID!, $b: ID!, $wait: Float) { compareExperiments(baseline: $a, candidate: $b, waitSeconds: $wait) {
  summary { comparedLayers } layers { undefinedReason } } }`;
const pair = (server: RunningRankscope, wait: number) => query(server.address, PAIR, { a: ids[0], b: ids[1], wait });

test("a stopping server reports it, then completes running requests and notifies subscribers", async () => {
  const server = await serveRankscope({ ...environment(), RANKSCOPE_DRAIN_SECONDS: "2" });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    const client = createClient({
      url: server.address.replace("http", "ws") + "graphql",
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      onNonLazyError: () => undefined,
      on: { closed: (event) => resolve(event as { code: number; reason: string }) },
    });
    client.subscribe(
      { query: `subscription { jobProgress(id: "00000000-0000-7000-8000-000000000000") { id } }` },
      { next: () => undefined, error: () => undefined, complete: () => undefined },
    );
  });
  await sleep(200);
  // The worker takes no job, so the request waits for its four seconds, longer than the server accepts new requests.
  const removeWorker = await registerIdleWorker(fresh.database);
  const running = pair(server, 4);
  await sleep(200);
  server.child.kill("SIGTERM");
  await expect.poll(async () => (await fetch(new URL("/readyz", server.address))).status).toBe(503);
  const ready = await fetch(new URL("/readyz", server.address));
  expect(await ready.json()).toEqual({ status: "stopping" });
  expect(ready.headers.get("connection")).toBe("close");
  expect((await query(server.address, "{ studies { totalCount } }")).data.studies.totalCount).toBe(1);
  const { data, errors } = await running;
  expect(errors).toBeUndefined();
  expect(data.compareExperiments.layers[0].undefinedReason).toBe("PENDING");
  // Close code of graphql-transport-ws: the server is stopping, and the client may connect elsewhere.
  expect(await closed).toMatchObject({ code: 1001 });
  expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
  await removeWorker();
});

test("an import that runs when the server stops is complete or absent, and its job states which", async () => {
  await writeRandomStudy(path.join(root, "large"), { runs: 40, layers: 6, rank: 32, features: 1024 });
  const server = await serveRankscope(environment());
  const IMPORT = `mutation($folder: String!, $slug: String!) { importStudy(input: { folder: $folder, slug: $slug, waitSeconds: 0 }) { job { id } } }`;
  const started = await query(server.address, IMPORT, { folder: path.join(root, "large"), slug: "large" });
  expect(started.errors).toBeUndefined();
  const { id } = started.data.importStudy.job;
  await sleep(100);
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
  const { sql } = fresh.database;
  const [job] = await sql<{ status: string; message: string }[]>`select status, message from job where id = ${id}`;
  const [stored] = await sql<{ n: number }[]>`
    select count(*) as n from experiment join study on study.id = study_id where slug = 'large'`;
  if (job?.status === "SUCCEEDED") expect(stored?.n).toBe(40);
  else {
    expect(job).toMatchObject({
      status: "FAILED",
      message: expect.stringContaining("stopped before the work was complete") as string,
    });
    expect(stored?.n).toBe(0);
  }
});

/** Returns the processes that the main thread of a process has started, and those that they have started. */
async function descendants(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const children = text.split(" ").filter(Boolean).map(Number);
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}

/** A killed process stays as a zombie (Z) until the machine's first process reads its exit code. */
async function isGone(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "State: Z");
  return /^State:\s+Z/m.test(status);
}

test.runIf(process.platform === "linux")(
  "a server that is killed while it stores an import leaves what was stored, nothing of the import and no process",
  async () => {
    await writeRandomStudy(path.join(root, "killed"), { runs: 12, layers: 2, rank: 8, features: 64 });
    const IMPORT = `mutation($folder: String!, $wait: Int!) { importStudy(input: { folder: $folder, slug: "killed", waitSeconds: $wait }) { job { id status } } }`;
    const folder = path.join(root, "killed");
    const { sql } = fresh.database;
    const stored = () =>
      sql`select study.slug, experiment.name, checkpoint.hash from study
        left join experiment on study_id = study.id left join checkpoint on experiment_id = experiment.id order by 1, 2, 3`;
    const before = await stored();
    const server = await serveRankscope(environment());
    const processes: number[] = [];
    let id = "";
    // The import cannot write its runs while the table is locked, so that it is killed in its transaction.
    await sql.begin(async (transaction) => {
      await transaction`lock table experiment in exclusive mode`;
      const started = await query(server.address, IMPORT, { folder, wait: 0 });
      expect(started.errors).toBeUndefined();
      id = started.data.importStudy.job.id;
      const waits = async () =>
        (await sql`select 1 from pg_locks where not granted and relation = 'experiment'::regclass`).count;
      await expect.poll(waits).toBe(1);
      processes.push(...(await descendants(server.child.pid ?? 0)));
      expect(processes.length).toBeGreaterThan(0);
      server.child.kill("SIGKILL");
      await server.ended;
      await expect.poll(async () => (await Promise.all(processes.map(isGone))).every(Boolean)).toBe(true);
    });
    const sessions = () =>
      sql`select 1 from pg_locks where relation = 'experiment'::regclass and mode <> 'AccessShareLock'`;
    await expect.poll(async () => (await sessions()).count).toBe(0);
    expect(await stored()).toEqual(before);
    // An import shows every few seconds that it is alive: a minute without it counts as its death.
    await sql`update job set updated_at = now() - interval '2 minutes' where id = ${id}`;
    const restarted = await serveRankscope(environment());
    const job = await query(restarted.address, `query($id: ID!) { job(id: $id) { status message } }`, { id });
    expect(job.data.job).toEqual({
      status: "FAILED",
      message: "The process that ran it has died; start it again.",
    });
    const again = await query(restarted.address, IMPORT, { folder, wait: 50 });
    expect(again.data.importStudy.job.status).toBe("SUCCEEDED");
    const [runs] = await sql<{ n: number }[]>`
      select count(*) as n from experiment join study on study.id = study_id where slug = 'killed'`;
    expect(runs?.n).toBe(12);
    restarted.child.kill("SIGTERM");
    expect((await restarted.ended).code).toBe(0);
  },
  180_000,
);

test("SIGTERM ends imports that wait for another process, in a server and in a terminal, and they store nothing", async () => {
  const turn = await takeImportTurn(fresh.url);
  const folder = path.join(root, "study");
  const server = await serveRankscope(environment());
  const IMPORT = `mutation($folder: String!) { importStudy(input: { folder: $folder, slug: "waits", waitSeconds: 0 }) { job { id } } }`;
  const { id } = (await query(server.address, IMPORT, { folder })).data.importStudy.job;
  const command = ["import", folder, "--slug", "waits-too"];
  const terminal = await startRankscope(command, environment(), /waiting until another import/);
  for (const { child } of [server, terminal]) child.kill("SIGTERM");
  expect(await server.ended).toMatchObject({ code: 0, signal: null });
  expect(await terminal.ended).toMatchObject({ code: 143, signal: null });
  await turn.release();
  const { sql } = fresh.database;
  const [job] = await sql<{ status: string; message: string }[]>`select status, message from job where id = ${id}`;
  expect(job).toMatchObject({ status: "FAILED", message: expect.stringContaining("Try again") as string });
  expect((await sql`select 1 from study where slug like 'waits%'`).count).toBe(0);
}, 120_000);

test("a stopping worker returns its jobs, and another worker runs them", async () => {
  const server = await serveRankscope(environment());
  await fresh.database.sql`truncate comparison, job, job_fact, job_part`;
  await pair(server, 0);
  const first = await startRankscope(["worker"], environment(), /takes jobs/);
  first.child.kill("SIGTERM");
  expect(await first.ended).toMatchObject({ code: 0, signal: null });
  expect((await fresh.database.sql`select 1 from graphile_worker.jobs where locked_at is not null`).count).toBe(0);
  const second = await startRankscope(["worker"], environment(), /takes jobs/);
  const { data } = await pair(server, 30);
  expect(data.compareExperiments.summary.comparedLayers).toBe(2);
  for (const process of [second, server]) {
    process.child.kill("SIGTERM");
    expect(await process.ended).toMatchObject({ code: 0, signal: null });
  }
});

test("every request has one log line with its id, without its content or its sender", async () => {
  const server = await serveRankscope({ ...environment(), RANKSCOPE_LOG: "info" });
  const post = (id: string | undefined, text: string) =>
    fetch(new URL("/graphql?access_token=hunter2", server.address), {
      method: "POST",
      headers: {
        "content-type": "application/json",
        cookie: "session=hunter2",
        ...(id !== undefined && { "x-request-id": id }),
      },
      body: JSON.stringify({ query: text, variables: { slug: "a secret slug" } }),
    });
  const QUERY = "query Secret($slug: String!) { study(slug: $slug) { name } }";
  expect((await post("ticket-42", QUERY)).headers.get("x-request-id")).toBe("ticket-42");
  const made = (await post("two words", QUERY)).headers.get("x-request-id");
  expect(made).toMatch(/^[0-9a-f-]{36}$/);
  expect((await post(undefined, "{ nonsense }")).status).toBe(400);
  expect(
    (await post(undefined, `mutation { tagStudy(slug: "none", tags: ["x"]) { slug } }`)).headers.get("x-request-id"),
  ).toBeTruthy();
  await fetch(new URL("/export/studies/random/report.md", server.address)).then((response) => response.text());
  const refused = await fetch(new URL("/graphql", server.address), { headers: { authorization: "Bearer hunter2" } });
  expect([refused.status, await refused.text()]).toEqual([401, expect.stringContaining("UNAUTHENTICATED")]);
  server.child.kill("SIGTERM");
  const { stderr } = await server.ended;
  const lines = stderr
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const requests = lines.filter(({ msg }) => msg === "request");
  expect(requests).toHaveLength(6);
  expect(requests[0]).toMatchObject({
    requestId: "ticket-42",
    method: "POST",
    route: "/graphql",
    status: 200,
    operation: "query",
    milliseconds: expect.any(Number) as number,
  });
  expect(requests[1]).toMatchObject({ requestId: made, operation: "query" });
  expect(requests[2]).toMatchObject({ status: 400 });
  expect(requests[3]).toMatchObject({ operation: "mutation" });
  expect(requests[4]).toMatchObject({ method: "GET", route: "/export", status: 200 });
  expect(requests[5]).toMatchObject({ method: "GET", route: "/graphql", status: 401 });
  expect(stderr).not.toMatch(/hunter2|secret|Secret|nonsense|none|random/);
});
