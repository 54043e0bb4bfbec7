import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";
import { openLog } from "#src/log.js";
import { startServer, type RunningServer } from "#src/http/server.js";
import { revokeToken, TOKEN_CHANNEL } from "#src/store/access-tokens.js";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { storeStudy } from "../../support/store-study.js";
import { storedToken } from "../../support/access-tokens.js";
import { freshDatabase } from "../../support/database.js";
import { realServices, type RealServices } from "../../support/real-services.js";
import { experimentRecord, studyRecord } from "../../support/study-record.js";

// Each test has its own token. The server's last log line about a response shows that it has ended.

const fresh = freshDatabase();
const lines: string[] = [];
let real: RealServices;
let server: RunningServer;

/** Several times the size of the connection's buffers. */
const ROWS = 20_000;
const ROW_BYTES = 2000;

beforeAll(async () => {
  const { database } = fresh;
  const study = studyRecord([experimentRecord("16bit_r2", { checkpoints: [] })]);
  await storeStudy(database, study, { slug: "long", morePrecise: () => undefined });
  await database.sql`
    insert into experiment (id, study_id, rank_id, name, method, quantization_label, quantization_scheme)
    select gen_random_uuid(), study_id, rank_id, 'run ' || n, method, quantization_label, repeat('x', ${ROW_BYTES})
    from experiment, generate_series(1, ${ROWS}) as n`;
  real = await realServices(database, { url: fresh.url, importRoots: [] });
  const log = openLog("info", { write: (line: string) => void lines.push(line) });
  server = await startServer({ ...real.services, log }, { host: "127.0.0.1", port: 0, requireToken: true });
});
afterAll(async () => {
  await server.close();
  await real.close();
});

async function status(text: string): Promise<number> {
  const url = new URL("/export/studies/none/report.md", server.address);
  return (await fetch(url, { headers: { authorization: `Bearer ${text}` } })).status;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Creates a token that the server knows. When `ends` has resolved, the server knows that it has ended. */
async function knownToken(token: Partial<Parameters<typeof storedToken>[1]> = {}) {
  const { id, text } = await storedToken(fresh.database, { role: "WRITER", ...token });
  await until(async () => (await status(text)) !== 401);
  const ended = () => until(async () => (await status(text)) === 401);
  return { id, text, ended };
}

test.each([
  ["is revoked", (id: string) => revokeToken(fresh.database, id, SERVER_ACTOR)],
  [
    "expires",
    (id: string) =>
      fresh.database.sql`
        with over as (update access_token set expires_at = now() where id = ${id} returning id)
        select pg_notify(${TOKEN_CHANNEL}, id) from over`,
  ],
])("a stalled download is aborted when its token %s", async (_, end) => {
  const { id, text, ended } = await knownToken();
  const request = get(new URL("/export/experiments.csv", server.address), {
    headers: { authorization: `Bearer ${text}`, "x-request-id": `of-${id}` },
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  // The client reads nothing, so that the server waits for it.
  await end(id);
  await ended();
  await until(() => lines.some((line) => line.includes(`of-${id}`) && line.includes('"msg":"request"')));
  expect(lines.find((line) => line.includes(`of-${id}`))).toContain("a response is aborted");
  await expect(buffer(response)).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("a download with a valid token is complete", async () => {
  const { text } = await knownToken();
  const url = new URL("/export/experiments.csv", server.address);
  const whole = await (await fetch(url, { headers: { authorization: `Bearer ${text}` } })).text();
  expect(whole.length).toBeGreaterThan(ROWS * ROW_BYTES);
});

test("a WebSocket that does not confirm its close cannot start another operation", async () => {
  const { id, text, ended } = await knownToken();
  const socket = new WebSocket(new URL("/graphql", server.address).href.replace("http", "ws"), "graphql-transport-ws");
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${text}` } }));
  await once(socket, "message");
  const tag = (name: string) =>
    socket.send(
      JSON.stringify({
        id: name,
        type: "subscribe",
        payload: { query: `mutation { tagStudy(slug: "long", tags: ["${name}"]) { tags } }` },
      }),
    );
  tag("before");
  expect(String((await once(socket, "message"))[0])).toContain('"before"');
  socket.pause();
  await revokeToken(fresh.database, id, SERVER_ACTOR);
  await ended();
  tag("after");
  const closed = once(socket, "close");
  socket.resume();
  expect((await closed)[0]).toBe(4401);
  // A request of another client, so that the earlier operations have had time to run.
  const { text: other } = await knownToken();
  const response = await fetch(new URL("/graphql", server.address), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${other}` },
    body: JSON.stringify({ query: 'mutation { tagStudy(slug: "long", tags: ["last"]) { tags } }' }),
  });
  expect(await response.json()).toEqual({ data: { tagStudy: { tags: ["before", "last"] } } });
});
