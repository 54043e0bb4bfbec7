import { once } from "node:events";
import { createClient, type Client } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import WebSocket from "ws";
import { openLog } from "#src/log.js";
import { startServer, type RunningServer } from "#src/http/server.js";
import { createJob, touchJob } from "#src/store/queue/jobs.js";
import { endJob } from "#src/store/queue/progress.js";
import { freshDatabase } from "../../support/database.js";
import { realServices, type RealServices } from "../../support/real-services.js";

const fresh = freshDatabase();
const lines: string[] = [];
let real: RealServices;
let server: RunningServer;
let client: Client;

beforeAll(async () => {
  real = await realServices(fresh.database, { url: fresh.url, importRoots: [] });
  const log = openLog("info", { write: (line: string) => void lines.push(line) });
  server = await startServer({ ...real.services, log }, { host: "127.0.0.1", port: 0 });
  client = createClient({ url: address(), webSocketImpl: WebSocket, retryAttempts: 0 });
});
afterAll(async () => {
  await client.dispose();
  await server.close();
  await real.close();
});

const address = () => new URL("/graphql", server.address).href.replace("http", "ws");
const PROGRESS = `subscription Progress($id: ID!) { jobProgress(id: $id) { id status done total message } }`;

interface Progress {
  readonly data?: { readonly jobProgress: { readonly status: string; readonly done: number } } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

const follow = (id: string) => client.iterate({ query: PROGRESS, variables: { id } }) as AsyncIterable<Progress>;

test("jobProgress sends the job at first and after each change, and completes with it", async () => {
  const id = await createJob(fresh.database, "PRECOMPUTE", "");
  const states: string[] = [];
  for await (const { data } of follow(id)) {
    states.push(`${data?.jobProgress.status} ${data?.jobProgress.done}`);
    if (states.length === 1) await touchJob(fresh.database, id, { done: 3, total: 5, message: "some" });
    if (states.length === 2) await endJob(fresh.database, id, { status: "SUCCEEDED", message: "done" });
  }
  expect(states).toEqual(["RUNNING 0", "RUNNING 3", "SUCCEEDED 5"]);
});

test.each(["01a20f81-c9a6-7054-94ca-051a1ed9debb", "no id"])(
  "jobProgress of an unknown job is an error: %s",
  async (id) => {
    const found: Progress[] = [];
    for await (const answer of follow(id)) found.push(answer);
    expect(found).toHaveLength(1);
    expect(found[0]?.errors?.[0]).toMatchObject({ extensions: { code: "JOB_NOT_FOUND" } });
  },
);

describe("a WebSocket", () => {
  const statusOf = (options: WebSocket.ClientOptions, url = address()) =>
    new Promise<number | "open">((resolve, reject) => {
      const socket = new WebSocket(url, "graphql-transport-ws", options);
      socket.once("open", () => {
        socket.close();
        resolve("open");
      });
      socket.once("unexpected-response", (_request, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      socket.once("error", reject);
    });

  test("is accepted from a page of this server and from a program", async () => {
    expect(await statusOf({ origin: new URL(server.address).origin })).toBe("open");
    expect(await statusOf({})).toBe("open");
  });

  test.each(["http://evil.example", "http://127.0.0.1:1", "null", "https://localhost"])(
    "from a page of another origin is rejected: %s",
    async (origin) => {
      expect(await statusOf({ origin })).toBe(403);
    },
  );

  test("on a path other than /graphql is answered with 404", async () => {
    expect(await statusOf({}, address().replace("/graphql", "/other"))).toBe(404);
  });

  test("answers queries too, with the same errors as HTTP", async () => {
    const answers: Progress[] = [];
    for await (const answer of client.iterate({ query: `{ study(slug: "x") { weightSimilarity(rank: 1) { mean } } }` }))
      answers.push(answer as Progress);
    expect(answers).toEqual([{ data: { study: null } }]);
  });

  test.each([
    ["that is too long", "x".repeat(300_000), 1009, "Max payload size exceeded"],
    ["that is not JSON", "{", 4400, undefined],
    ["of a type that only servers send", '{"type":"connection_ack"}', 4500, "connection_ack"],
  ])("is closed by a message %s, and the error is only logged", async (_, message, code, said) => {
    const console = (["error", "warn", "log"] as const).map((name) => vi.spyOn(globalThis.console, name));
    lines.length = 0;
    const socket = new WebSocket(address(), "graphql-transport-ws");
    await once(socket, "open");
    socket.send(message);
    const [ended, reason] = (await once(socket, "close")) as [number, Buffer];
    expect(ended).toBe(code);
    expect(reason.toString()).not.toContain("connection_ack");
    expect(console.flatMap(({ mock }) => mock.calls)).toEqual([]);
    const told = lines.filter((line) => line.includes("a WebSocket"));
    expect(told).toEqual(said === undefined ? [] : [expect.stringContaining(said)]);
    vi.restoreAllMocks();
  });

  test("is terminated if its client does not confirm the close", async () => {
    const other = await startServer(real.services, { host: "127.0.0.1", port: 0 });
    const socket = new WebSocket(new URL("/graphql", other.address).href.replace("http", "ws"), "graphql-transport-ws");
    await once(socket, "open");
    socket.pause();
    await other.close();
    const closed = once(socket, "close");
    socket.resume();
    await closed;
  });
});
