import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { DEFAULT_LIMITS } from "#src/model/limits.js";
import { createJob } from "#src/store/queue/jobs.js";
import type { Answer } from "../../support/rankscope.js";
import { apiServer, type ApiServer } from "../../support/api-server.js";
import { twoStudies } from "../../support/two-studies.js";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const limited = (limits: Partial<typeof DEFAULT_LIMITS>): ApiServer =>
  apiServer(
    async (database) => {
      const folder = await mkdtemp(path.join(tmpdir(), "rankscope-limits-"));
      folders.push(folder);
      await twoStudies(database, folder);
    },
    { limits: { ...DEFAULT_LIMITS, ...limits } },
  );

/** Locks the table `rank` while `work` runs. */
async function withoutRanks<T>({ database }: ApiServer, work: () => Promise<T>): Promise<T> {
  return (await database.sql.begin(async (sql) => {
    await sql`lock table rank in access exclusive mode`;
    return work();
  })) as T;
}

const BLOCKED = '{ studies { totalCount } study(slug: "one") { slug ranks { r } } }';

describe("a request's deadline", () => {
  const server = limited({ requestSeconds: 4, cacheMegabytes: 0 });
  const PENDING =
    '{ study(slug: "one") { weightSimilarity(rank: 2, waitSeconds: 60) { mean layers { undefinedReason job { status } } } } }';
  const report = () => fetch(new URL("/export/studies/one/report.md", server.address));

  // The first request of each kind opens connections and compiles queries, which may take long on a busy machine.
  beforeAll(async () => {
    await server.execute(BLOCKED);
    await server.execute(PENDING.replace("60", "0"));
    await report();
  });

  test("returns the results so far, and an error for each missing field", async () => {
    const { data, errors } = await withoutRanks(server, () => server.execute(BLOCKED));
    expect(data).toEqual({ studies: { totalCount: 2 }, study: null });
    expect(errors).toEqual([
      expect.objectContaining({ path: ["study", "ranks"], extensions: { code: "DEADLINE_EXCEEDED" } }),
    ]);
  });

  test("makes a query return PENDING shortly before it, whatever waitSeconds is", async () => {
    const { data, errors } = await server.execute(PENDING);
    expect(errors).toBeUndefined();
    expect(data.study.weightSimilarity.layers[0]).toEqual({ undefinedReason: "PENDING", job: { status: "QUEUED" } });
  });

  test("applies to reports, which have no partial result", async () => {
    const response = await withoutRanks(server, report);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "DEADLINE_EXCEEDED" } }] });
  });
});

describe("the time limit of statements", () => {
  const server = limited({ statementSeconds: 1 });

  test("aborts a slow statement with its own error code", async () => {
    const { data, errors } = await withoutRanks(server, () => server.execute(BLOCKED));
    expect(data).toEqual({ studies: { totalCount: 2 }, study: null });
    expect(errors?.[0]?.extensions.code).toBe("STATEMENT_TOO_SLOW");
  });
});

describe("the limits of one client", () => {
  const server = limited({ requestsAtOnce: 1, requestsWaiting: 1, queuedJobs: 1 });
  const send = () =>
    fetch(new URL("/graphql", server.address), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: BLOCKED }),
    });

  test("one request runs, one waits, a third is rejected; the page is still served", async () => {
    const { refused, page, sent } = await withoutRanks(server, async () => {
      const sent = [send(), send()];
      // The order of arrival is unknown: a third request is rejected as soon as both places are taken.
      let refused = await send();
      while (refused.status !== 429) refused = await send();
      return { refused, page: await fetch(server.address), sent };
    });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({
      errors: [
        {
          message: expect.stringContaining("allowed: 1 running and 1 waiting") as string,
          extensions: { code: "TOO_MANY_REQUESTS" },
        },
      ],
    });
    expect(page.status).toBe(200);
    for (const response of await Promise.all(sent)) expect(response.status).toBe(200);
    expect((await send()).status).toBe(200);
  });

  test("apply to operations over one WebSocket, which stays open", async () => {
    const client = createClient({
      url: new URL("/graphql", server.address).href.replace("http", "ws"),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const subscribe = async () => {
      const { value } = (await client.iterate({ query: BLOCKED }).next()) as { value: Answer };
      return value.errors?.[0]?.extensions.code ?? "answered";
    };
    const answers = await withoutRanks(server, async () => {
      const sent = [subscribe(), subscribe(), subscribe()];
      // One of the others waits for the lock, one in the queue.
      expect(await Promise.race(sent)).toBe("TOO_MANY_REQUESTS");
      return { sent };
    });
    expect((await Promise.all(answers.sent)).sort()).toEqual(["TOO_MANY_REQUESTS", "answered", "answered"]);
    await client.dispose();
  });

  test("a full queue is the reason of results that need another job, and queued jobs can be awaited", async () => {
    const layers = async (study: string) =>
      (await server.execute(
        `{ study(slug: "one") { ${study} { layers { undefinedReason undefinedDetail job { id } } } } }`,
      )) as { data: { study: Record<string, { layers: { undefinedReason: string; undefinedDetail: string }[] }> } };
    // Two layers with two shapes need two jobs, and only one may be queued.
    const { data } = await layers("weightSimilarity(rank: 2)");
    expect(data.study["weightSimilarity"]?.layers).toEqual([
      expect.objectContaining({
        undefinedReason: "COMPUTE_FAILED",
        undefinedDetail: expect.stringContaining("allowed: 1") as string,
      }),
      expect.objectContaining({ undefinedReason: "COMPUTE_FAILED" }),
    ]);
    const [row] = await server.database.sql`select count(*)::int as n from job`;
    expect(row).toEqual({ n: 0 });
  });
});

describe("slow and silent clients", () => {
  const server = limited({ headerSeconds: 1, receiveSeconds: 1, connections: 20 });
  /** Returns what the server sends to a connection that sends `text` and then nothing, until it is closed. */
  const said = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(server.address).port), "127.0.0.1", () => socket.write(text));
      let heard = "";
      socket.on("data", (chunk) => (heard += chunk.toString()));
      socket.on("close", () => resolve(heard));
      socket.on("error", reject);
    });

  test.each([
    ["an incomplete header", "POST /graphql HTTP/1.1\r\nHost: localhost\r\n"],
    [
      "half a body",
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query"',
    ],
    ["no data", ""],
  ])("a connection with %s is closed", async (_, text) => {
    expect(await said(text)).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  test("connections over the limit are closed, and earlier ones are served", async () => {
    const port = Number(new URL(server.address).port);
    const first = await fetch(server.address);
    const sockets = Array.from({ length: 40 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
    await Promise.any(sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    for (const socket of sockets) socket.destroy();
    expect(first.status).toBe(200);
  });
});

describe("WebSockets", () => {
  const server = limited({
    socketsEach: 2,
    subscriptionsEach: 2,
    socketInitSeconds: 1,
    socketIdleSeconds: 1,
    cost: 1000,
  });
  const url = () => new URL("/graphql", server.address).href.replace("http", "ws");
  const open = () => new WebSocket(url(), "graphql-transport-ws");
  const closed = (socket: WebSocket) =>
    new Promise<number>((resolve) => {
      socket.once("close", resolve);
    });
  const answer = async (...queries: [string, Record<string, unknown>?][]) => {
    const client = createClient({ url: url(), webSocketImpl: WebSocket, retryAttempts: 0, lazy: true });
    const codes = await Promise.all(
      queries.map(async ([query, variables]) => {
        type Errors = readonly { readonly extensions?: { readonly code?: string } }[];
        const given = await client
          .iterate({ query, ...(variables && { variables }) })
          .next()
          // An operation that is rejected before its execution fails the iterator with a list of errors.
          .then(
            ({ value }) => (value as { errors?: Errors }).errors,
            (errors: Errors) => errors,
          );
        return given?.[0]?.extensions?.code ?? "answered";
      }),
    );
    await client.dispose();
    return codes;
  };

  test("are closed if the client sends nothing, at first or for long", async () => {
    expect(await closed(open())).toBe(4408);
    const idle = open();
    idle.once("open", () => idle.send(JSON.stringify({ type: "connection_init" })));
    expect(await closed(idle)).toBe(1001);
  });

  test("are limited for each client, and the next one is closed", async () => {
    const begun = () =>
      new Promise<WebSocket>((resolve) => {
        const socket = open();
        socket.once("open", () => socket.send(JSON.stringify({ type: "connection_init" })));
        socket.once("message", () => resolve(socket));
        socket.once("close", () => resolve(socket));
      });
    const sockets = [await begun(), await begun()];
    const third = open();
    third.once("open", () => third.send(JSON.stringify({ type: "connection_init" })));
    expect(await closed(third)).toBe(4429);
    for (const socket of sockets) socket.terminate();
  });

  test("are closed after a malformed message", async () => {
    const socket = open();
    socket.once("open", () => socket.send(JSON.stringify({ type: "ping", payload: { text: "x".repeat(300_000) } })));
    expect(await closed(socket)).toBe(1009);
  });

  test.each([
    ["{ __typename }", "answered"],
    ["{", "GRAPHQL_PARSE_FAILED"],
    [`{ ${"a ".repeat(3000)} }`, "GRAPHQL_PARSE_FAILED"],
    ["{ nothing }", "GRAPHQL_VALIDATION_FAILED"],
    [`{ ${Array.from({ length: 31 }, (_, i) => `a${i}: __typename`).join(" ")} }`, "QUERY_TOO_LARGE"],
    ["{ studies(first: 100) { nodes { experiments { nodes { name } } } } }", "QUERY_TOO_EXPENSIVE"],
  ])("apply the limits of HTTP to queries: %#", async (query, code) => {
    expect(await answer([query])).toEqual([code]);
  });

  test("limit the depth of variables", async () => {
    let f: object = {};
    for (let i = 0; i < 200; i++) f = { and: [f] };
    expect(await answer(["query($f: StudyFilter) { studies(filter: $f, first: 1) { totalCount } }", { f }])).toEqual([
      "QUERY_TOO_LARGE",
    ]);
  });

  test("limit the operations of one socket", async () => {
    const id = await createJob(server.database, "PRECOMPUTE", "");
    const follow: [string, Record<string, unknown>] = [
      "subscription($id: ID!) { jobProgress(id: $id) { id } }",
      { id },
    ];
    expect((await answer(follow, follow, follow)).sort()).toEqual(["TOO_MANY_REQUESTS", "answered", "answered"]);
  });
});
