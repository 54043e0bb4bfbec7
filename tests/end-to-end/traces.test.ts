import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";
import { otlpReceiver, type OtlpReceiver, type ReceivedSpan } from "../support/otlp-receiver.js";
import { rankscope, serveRankscope } from "../support/rankscope.js";
import { studyDatabase } from "../support/study-database.js";

const stored = studyDatabase("reference-study");
let collector: OtlpReceiver;

beforeAll(async () => {
  collector = await otlpReceiver();
});
afterAll(() => collector.close());

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;

test("one trace connects a client's span, the server and the worker that computes", async () => {
  const environment = { ...stored.environment, RANKSCOPE_LOG: "silent" };
  const server = await serveRankscope({ ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  const source = `query Compare { study(slug: "reference-study") {
    weightSimilarity(rank: 8, scaling: NONE, waitSeconds: 30) { comparedLayers }
    experiments(first: 5) { nodes { layers(waitSeconds: 30) { norm } } } } }`;
  const response = await fetch(new URL("/graphql", server.address), {
    method: "POST",
    headers: { "content-type": "application/json", traceparent: `00-${TRACE}-${CALLER}-01` },
    body: JSON.stringify({ query: source }),
  });
  expect(((await response.json()) as { errors?: unknown }).errors).toBeUndefined();
  await fetch(new URL("/readyz", server.address));
  await fetch(new URL("/metrics", server.address));
  // Both processes send their remaining spans before they exit.
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);

  const spans = collector.spans();
  // Nothing else is traced: no heartbeats, cleanups or health checks.
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  const of = (service: string, name: string) => spans.filter((span) => span.service === service && span.name === name);
  const one = (service: string, name: string): ReceivedSpan => {
    const found = of(service, name);
    expect(found, `${service} ${name}`).toHaveLength(1);
    return found[0] as ReceivedSpan;
  };
  const below = (parent: ReceivedSpan) => spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);

  const request = one("rankscope", "POST /graphql");
  expect(request).toMatchObject({ parentSpanId: CALLER, kind: SERVER });
  expect(request.attributes).toMatchObject({ "http.route": "/graphql", "http.response.status_code": 200 });
  const operation = one("rankscope", "query Compare");
  expect(operation.parentSpanId).toBe(request.spanId);
  const similarity = one("rankscope", "Study.weightSimilarity");
  expect(one("rankscope", "Query.study").parentSpanId).toBe(operation.spanId);
  expect(similarity.parentSpanId).toBe(operation.spanId);
  // Five runs request their layers in one span.
  expect(one("rankscope", "Experiment.layers").attributes).toMatchObject({ "rankscope.calls": 5 });

  const statements = of("rankscope", "sql select");
  expect(statements.length).toBeGreaterThan(3);
  for (const { kind, attributes } of statements) {
    expect(kind).toBe(CLIENT);
    expect(attributes["db.query.text"]).toMatch(/^select /);
    expect(attributes["db.query.text"]).not.toContain("reference-study");
  }
  expect(statements.some(({ attributes }) => String(attributes["db.query.text"]).includes("$1"))).toBe(true);

  const queued = of("rankscope", "enqueue");
  expect(queued.map(({ attributes }) => attributes["rankscope.kind"]).sort()).toEqual(["COMPARISON", "SPECTRUM"]);
  for (const one of queued) {
    expect(one.kind).toBe(PRODUCER);
    const kind = String(one.attributes["rankscope.kind"]);
    const jobs = below(one).filter(({ name }) => name === `job ${kind}`);
    expect(jobs.length).toBeGreaterThan(0);
    for (const job of jobs) {
      expect(job).toMatchObject({
        service: "rankscope-worker",
        kind: CONSUMER,
        attributes: { "rankscope.attempt": 1 },
      });
      const within = below(job).map(({ service, name }) => `${service} ${name}`);
      expect(within).toContain("rankscope-worker compute");
      expect(within).toContain("rankscope-worker sql with");
    }
  }
  // Every span except the first has its parent among the received spans.
  const ids = new Set([CALLER, ...spans.map(({ spanId }) => spanId)]);
  expect(spans.filter(({ parentSpanId }) => !ids.has(parentSpanId))).toEqual([]);
});

test("an operation over WebSocket starts a trace, or continues the one that it names", async () => {
  const environment = {
    ...stored.environment,
    RANKSCOPE_LOG: "silent",
    RANKSCOPE_WORKERS: "0",
  };
  const server = await serveRankscope({ ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  const before = new Set(collector.spans().map(({ spanId }) => spanId));
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  class TracedSocket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
    }
  }
  const url = new URL("/graphql", server.address).href.replace("http", "ws");
  const runOperation = async (query: string, webSocketImpl: unknown, extensions?: Record<string, unknown>) => {
    const client = createClient({ url, webSocketImpl, retryAttempts: 0 });
    await client.iterate({ query, ...(extensions && { extensions }) }).next();
    await client.dispose();
  };
  const query = (name: string) => `query ${name} { study(slug: "reference-study") { name } }`;
  await runOperation(query("Alone"), WebSocket);
  await runOperation(query("OfSocket"), TracedSocket);
  await runOperation(query("OfOperation"), TracedSocket, { traceparent: `00-${TRACE}-${CALLER}-01` });
  await runOperation(
    'subscription Follow { jobProgress(id: "01a20f81-c9a6-7054-94ca-051a1ed9debb") { id } }',
    WebSocket,
  );
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);

  const spans = collector.spans().filter(({ spanId }) => !before.has(spanId));
  const one = (name: string) => {
    const found = spans.filter((span) => span.name === name);
    expect(found, name).toHaveLength(1);
    return found[0] as ReceivedSpan;
  };
  const alone = one("query Alone");
  expect(alone).toMatchObject({ parentSpanId: "", kind: SERVER });
  expect(alone.attributes).toMatchObject({ "graphql.operation.name": "Alone", "graphql.operation.type": "query" });
  expect(one("query OfSocket")).toMatchObject({ traceId: trace, parentSpanId: "00f067aa0ba902b7" });
  expect(one("query OfOperation")).toMatchObject({ traceId: TRACE, parentSpanId: CALLER });
  for (const name of ["Alone", "OfSocket", "OfOperation"]) {
    const { spanId, traceId } = one(`query ${name}`);
    const [field] = spans.filter((span) => span.parentSpanId === spanId);
    expect(field).toMatchObject({ name: "Query.study", traceId });
    expect(spans.filter((span) => span.parentSpanId === field?.spanId)).toMatchObject([
      { name: "sql select", traceId },
    ]);
  }
  const { spanId } = one("subscription Follow");
  expect(spans.filter((span) => span.parentSpanId === spanId)).toMatchObject([{ name: "sql select" }]);
});

test("a missing collector prevents no work and no exit", async () => {
  const environment = { ...stored.environment, RANKSCOPE_LOG: "silent" };
  const server = await serveRankscope({ ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" });
  expect((await fetch(new URL("/export/experiments.csv", server.address))).status).toBe(200);
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
});

test("an unsupported protocol is rejected, and tracing that OpenTelemetry's settings disable stays off", async () => {
  const base = { ...stored.environment, RANKSCOPE_WORKERS: "0" };
  const refused = await rankscope(["worker"], { ...base, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("OTEL_EXPORTER_OTLP_PROTOCOL");
  const before = collector.spans().length;
  const server = await serveRankscope({
    ...base,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_SDK_DISABLED: "true",
  });
  expect((await fetch(new URL("/export/experiments.csv", server.address))).status).toBe(200);
  server.child.kill("SIGTERM");
  await server.ended;
  expect(collector.spans().length).toBe(before);
});
