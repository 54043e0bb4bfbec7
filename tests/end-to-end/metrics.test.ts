import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { query, serveRankscope, startRankscope, type RunningRankscope } from "../support/rankscope.js";
import { scrape, type Scrape } from "../support/scrape.js";
import { studyDatabase } from "../support/study-database.js";

const DOCUMENT = fileURLToPath(new URL("../../docs/metrics.md", import.meta.url));
const SIMILARITY = `query AnyName($rank: Int!) {
  study(slug: "reference-study") { weightSimilarity(rank: $rank, scaling: NONE, waitSeconds: 30) { comparedLayers } } }`;

async function end({ child, ended }: Pick<RunningRankscope, "child" | "ended">): Promise<void> {
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
}

/** Returns the text of /metrics as soon as `isSo` holds, because a worker's numbers arrive after its job's result. */
async function scrapeUntil(address: string, isSo: (now: Scrape) => boolean): Promise<Scrape> {
  for (let turn = 0; turn < 500; turn++) {
    const now = await scrape(address);
    if (isSo(now)) return now;
    await sleep(20);
  }
  return scrape(address);
}

describe("a server with its own worker", () => {
  const stored = studyDatabase("reference-study");
  let server: RunningRankscope;
  beforeAll(async () => {
    server = await serveRankscope({ ...stored.environment, RANKSCOPE_LOG: "silent" });
  });
  afterAll(() => end(server));

  test("counts its answers, the worker's computations and the results that were stored already", async () => {
    expect((await query(server.address, SIMILARITY, { rank: 8 })).errors).toBeUndefined();
    const computedLabels = { kind: "COMPARISON", found: "computed" };
    // Several jobs compute the results, and the numbers of each job arrive separately.
    const first = await scrapeUntil(
      server.address,
      (now) =>
        now.value("rankscope_job_run_seconds") !== undefined &&
        now.value("rankscope_computed_facts_total") === now.value("rankscope_facts_total", computedLabels),
    );
    const computed = first.value("rankscope_facts_total", computedLabels);
    // 16 layers at rank 8, each pair with or without q, k and v: at least one result per layer.
    expect(computed).toBeGreaterThanOrEqual(16);
    expect(first.value("rankscope_facts_total", { found: "stored" })).toBeUndefined();
    expect(first.value("rankscope_computed_facts_total", { provider: "cpu", precision: "float64" })).toBe(computed);
    expect(first.value("rankscope_provider_fallbacks_total")).toBeUndefined();
    const jobs = first.value("rankscope_job_run_seconds", { kind: "COMPARISON", outcome: "succeeded" });
    expect(jobs).toBeGreaterThan(0);
    expect(first.value("rankscope_job_wait_seconds", { urgency: "INTERACTIVE" })).toBe(jobs);
    expect(first.value("rankscope_graphql_operation_seconds", { type: "query", outcome: "ok" })).toBe(1);
    expect(first.value("rankscope_graphql_field_seconds", { field: "Study.weightSimilarity" })).toBe(1);
    expect(first.value("rankscope_graphql_field_seconds", { field: "Query.study" })).toBe(1);
    expect(first.value("rankscope_sql_statement_seconds", { operation: "select", outcome: "ok" })).toBeGreaterThan(5);
    expect(first.value("rankscope_database_up")).toBe(1);
    expect(first.value("rankscope_workers")).toBe(1);
    expect(first.value("rankscope_jobs", { kind: "COMPUTE", status: "QUEUED" })).toBe(0);

    await query(server.address, SIMILARITY, { rank: 8 });
    const second = await scrape(server.address);
    expect(second.value("rankscope_facts_total", { found: "stored" })).toBe(computed);
    expect(second.value("rankscope_facts_total", { found: "computed" })).toBe(computed);
    expect(second.value("rankscope_job_run_seconds")).toBe(jobs);
  });

  test("counts each kind of failure by its code, and operations that were not executed as rejected", async () => {
    await query(server.address, "{ nothing }");
    await query(server.address, 'mutation { precomputeStudy(slug: "no-such-study") { job { id } } }');
    const now = await scrape(server.address);
    expect(now.value("rankscope_graphql_operation_seconds", { outcome: "refused" })).toBe(1);
    expect(now.value("rankscope_graphql_operation_seconds", { type: "mutation", outcome: "error" })).toBe(1);
    expect(now.value("rankscope_graphql_errors_total", { code: "GRAPHQL_VALIDATION_FAILED" })).toBe(1);
    expect(now.value("rankscope_graphql_errors_total", { code: "STUDY_NOT_FOUND" })).toBe(1);
  });

  test("counts and times requested imports, which are not computations", async () => {
    const before = await scrape(server.address);
    const importFolder = (folder: string) =>
      query(server.address, "mutation($input: ImportStudyInput!) { importStudy(input: $input) { job { status } } }", {
        input: { folder, slug: "counted-import", waitSeconds: 30 },
      });
    for (const [folder, status] of [
      ["tests/fixtures/tiny-lora-vs-qlora", "SUCCEEDED"],
      ["tests/support", "FAILED"],
    ] as const) {
      expect(await importFolder(folder)).toEqual({ data: { importStudy: { job: { status } } } });
    }
    const now = await scrape(server.address);
    for (const outcome of ["succeeded", "failed"]) {
      expect(now.value("rankscope_job_run_seconds", { kind: "IMPORT", outcome })).toBe(1);
    }
    expect(now.value("rankscope_job_wait_seconds", { kind: "IMPORT", urgency: "IMPORT" })).toBe(2);
    expect(now.value("rankscope_compute_seconds_total")).toBe(before.value("rankscope_compute_seconds_total"));
    expect(now.value("rankscope_compute_seconds_total", { kind: "IMPORT" })).toBeUndefined();
  });

  test("labels requests by the pattern of their path, whatever the path is", async () => {
    for (const one of ["a", "b", "c"]) {
      await fetch(new URL(`/export/studies/${one}/layers.csv?x=${one}`, server.address));
      await fetch(new URL(`/nothing-called-${one}`, server.address), { method: "PROPFIND" });
    }
    const now = await scrape(server.address);
    const route = "/export/studies/:slug/:table.:extension";
    expect(now.value("rankscope_http_request_seconds", { route, method: "GET", status: "404" })).toBe(3);
    const unmatched = { route: "unmatched", method: "other", status: "404" };
    expect(now.value("rankscope_http_request_seconds", unmatched)).toBe(3);
    for (const chosen of ["nothing-called", "no-such-study", "reference-study", "AnyName"]) {
      expect(now.text).not.toContain(chosen);
    }
  });

  test("counts open subscriptions", async () => {
    const client = createClient({
      url: new URL("/graphql", server.address).href.replace("http", "ws"),
      webSocketImpl: WebSocket,
    });
    const id = "01999999-9999-7999-8999-999999999999";
    await stored.database.sql`insert into job (id, kind, status) values (${id}, 'PRECOMPUTE', 'RUNNING')`;
    const stop = client.subscribe(
      { query: "subscription($id: ID!) { jobProgress(id: $id) { status } }", variables: { id } },
      { next: () => undefined, error: () => undefined, complete: () => undefined },
    );
    const open = await scrapeUntil(server.address, (now) => now.value("rankscope_graphql_subscriptions_open") === 1);
    expect(open.value("rankscope_graphql_subscriptions_open")).toBe(1);
    expect(open.value("rankscope_websockets_open")).toBe(1);
    expect(open.value("rankscope_jobs", { kind: "PRECOMPUTE", status: "RUNNING" })).toBe(1);
    stop();
    await client.dispose();
    const closed = await scrapeUntil(server.address, (now) => now.value("rankscope_websockets_open") === 0);
    expect(closed.value("rankscope_websockets_open")).toBe(0);
    expect(closed.value("rankscope_graphql_subscriptions_open")).toBe(0);
    await stored.database.sql`delete from job where id = ${id}`;
  });

  test("counts operations over WebSocket like those over HTTP, and subscriptions once they have started", async () => {
    const client = createClient({
      url: new URL("/graphql", server.address).href.replace("http", "ws"),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const before = await scrape(server.address);
    const follow = 'subscription { jobProgress(id: "01999999-9999-7999-8999-999999999998") { status } }';
    for (const source of [
      '{ study(slug: "reference-study") { name } }',
      'mutation { precomputeStudy(slug: "no-such-study") { job { id } } }',
      "{ nothing }",
      "{ study(slug: 3) { name } }",
      follow,
    ]) {
      // An operation that is rejected before its execution fails the iterator.
      await client
        .iterate({ query: source })
        .next()
        .catch(() => undefined);
    }
    await client.dispose();
    const now = await scrape(server.address);
    const more = (name: string, labels: Record<string, string>) =>
      (now.value(name, labels) ?? 0) - (before.value(name, labels) ?? 0);
    const operations = (type: string, outcome: string) =>
      more("rankscope_graphql_operation_seconds", { type, outcome });
    expect(operations("query", "ok")).toBe(1);
    expect(operations("mutation", "error")).toBe(1);
    expect(operations("unknown", "refused")).toBe(2);
    expect(operations("subscription", "error")).toBe(1);
    expect(more("rankscope_graphql_operation_seconds", {})).toBe(5);
    const errors = (code: string) => more("rankscope_graphql_errors_total", { code });
    expect(errors("STUDY_NOT_FOUND")).toBe(1);
    expect(errors("JOB_NOT_FOUND")).toBe(1);
    expect(errors("GRAPHQL_VALIDATION_FAILED")).toBe(2);
    expect(more("rankscope_graphql_errors_total", {})).toBe(4);
    expect(more("rankscope_graphql_field_seconds", { field: "Query.study" })).toBe(1);
  });

  test("emits exactly the metrics in docs/metrics.md, with their types and labels", async () => {
    const rows = (await readFile(DOCUMENT, "utf8")).matchAll(/^\| `(\w+)` \| (\w+) \| ([\w, ]*) \|/gm);
    const documented = new Map(
      [...rows].map(([, name = "", type = "", labels]) => [name, { type, labels: (labels ?? "").trim() }]),
    );
    const now = await scrape(server.address);
    expect([...documented.keys()].sort()).toEqual([...now.types.keys()].sort());
    for (const [name, { type, labels }] of documented) {
      expect(now.types.get(name), name).toBe(type);
      const told = labels === "" ? [] : labels.split(", ").sort();
      for (const one of now.labels(name)) expect(one, name).toEqual(told);
    }
  });
});

describe("a server with separate workers", () => {
  const stored = studyDatabase("reference-study");

  test("counts each job only where it ran", async () => {
    const environment = { ...stored.environment, RANKSCOPE_LOG: "silent" };
    const server = await serveRankscope({ ...environment, RANKSCOPE_WORKERS: "0" });
    const { found, ...worker } = await startRankscope(
      ["worker"],
      { ...environment, RANKSCOPE_METRICS_PORT: "0" },
      /Metrics are at (\S+)metrics[^]*takes jobs/,
    );
    const address = found[1] ?? "";
    const health = await fetch(new URL("/healthz", address));
    expect([health.status, await health.json()]).toMatchObject([200, { status: "ok" }]);
    expect((await fetch(new URL("/else", address))).status).toBe(404);
    expect((await query(server.address, SIMILARITY, { rank: 4 })).errors).toBeUndefined();
    const [{ jobs }] = await stored.database.sql<[{ jobs: number }]>`
      select count(*)::int as jobs from job where kind = 'COMPUTE' and status = 'SUCCEEDED'`;
    const of = await scrapeUntil(address, (now) => now.value("rankscope_job_run_seconds") === jobs);
    expect(of.value("rankscope_job_run_seconds", { outcome: "succeeded" })).toBe(jobs);
    expect(of.value("rankscope_sql_statement_seconds")).toBeGreaterThan(0);
    const servers = await scrape(server.address);
    expect(servers.value("rankscope_job_run_seconds")).toBeUndefined();
    expect(servers.value("rankscope_workers")).toBe(1);
    expect(servers.value("rankscope_facts_total", { found: "computed" })).toBe(
      of.value("rankscope_computed_facts_total"),
    );
    await end(worker);
    await end(server);
  });
});
