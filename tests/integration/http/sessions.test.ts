import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";
import { startServer, type RunningServer } from "#src/http/server.js";
import { storedToken } from "../../support/access-tokens.js";
import { freshDatabase } from "../../support/database.js";
import { realServices, type RealServices } from "../../support/real-services.js";

// Two servers of one database. The second trusts a proxy on this machine, which ends TLS.

const fresh = freshDatabase();
const PUBLIC = "https://rank.example";
let real: RealServices;
let plain: RunningServer;
let behindTls: RunningServer;
let token: string;

beforeAll(async () => {
  real = await realServices(fresh.database, { url: fresh.url, importRoots: [] });
  plain = await startServer(real.services, {
    host: "127.0.0.1",
    port: 0,
    allowedHosts: ["rank.example"],
    corsOrigins: ["https://notebook.example"],
  });
  behindTls = await startServer(real.services, {
    host: "127.0.0.1",
    port: 0,
    allowedHosts: ["rank.example"],
    trustedProxies: ["127.0.0.1"],
  });
  token = (await storedToken(fresh.database, { role: "READER" })).text;
  for (const server of [plain, behindTls]) while ((await signIn(server)).status !== 200);
});
afterAll(async () => {
  await plain.close();
  await behindTls.close();
  await real.close();
});

type Headers = Record<string, string>;

function signIn(server: RunningServer, headers: Headers = {}): Promise<Response> {
  const authorization = `Bearer ${token}`;
  return fetch(new URL("/session", server.address), { method: "POST", headers: { authorization, ...headers } });
}

/** Signs in and returns the cookie. */
async function cookieOf(server: RunningServer, headers?: Headers): Promise<string> {
  const response = await signIn(server, headers);
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

async function status(server: RunningServer, headers: Headers, method = "GET"): Promise<number> {
  return (await fetch(new URL("/session", server.address), { method, headers })).status;
}

/** Opens a WebSocket. Returns it once it is acknowledged, its close code, or the HTTP status that refuses it. */
async function openSocket(server: RunningServer, headers: Headers): Promise<WebSocket | number> {
  const url = new URL("/graphql", server.address.replace("http", "ws"));
  const socket = new WebSocket(url, "graphql-transport-ws", { headers });
  return new Promise((resolve, reject) => {
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.once("open", () => socket.send('{"type":"connection_init"}'));
    socket.once("message", () => resolve(socket));
    socket.once("close", resolve);
    socket.once("error", reject);
  });
}

test("only pages of the server's own origin open WebSockets with its cookie", async () => {
  const cookie = await cookieOf(plain);
  const own = new URL(plain.address);
  for (const origin of [own.origin, PUBLIC, "http://rank.example"]) {
    const socket = await openSocket(plain, { cookie, origin });
    expect(socket, origin).toBeInstanceOf(WebSocket);
    (socket as WebSocket).terminate();
  }
  for (const origin of [
    `https://${own.host}`,
    `http://${own.hostname}:1`,
    `${PUBLIC}:8443`,
    "http://rank.example:3000",
  ]) {
    expect(await openSocket(plain, { cookie, origin }), origin).toBe(403);
    expect(await status(plain, { cookie, origin }), origin).toBe(403);
  }
});

test("pages that may read responses need a token of their own, not the cookie", async () => {
  const origin = "https://notebook.example";
  const cookie = await cookieOf(plain);
  expect(await openSocket(plain, { cookie, origin })).toBe(4401);
  expect(await status(plain, { cookie, origin })).toBe(401);
  expect(await status(plain, { authorization: `Bearer ${token}`, origin })).toBe(200);
});

test("where a trusted proxy ends TLS, the cookie belongs to this host only and no other name is accepted", async () => {
  const tls = { "x-forwarded-proto": "https" };
  const set = (await signIn(behindTls, { ...tls, origin: PUBLIC })).headers.get("set-cookie");
  expect(set).toMatch(/^__Host-rankscope_session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/);
  const cookie = set?.split(";")[0] ?? "";
  expect(await status(behindTls, { ...tls, cookie })).toBe(200);
  expect(await status(behindTls, { ...tls, cookie: cookie.replace("__Host-", "") })).toBe(401);
  expect(await status(behindTls, { ...tls, cookie, origin: "http://rank.example" })).toBe(403);
  // The first server has no trusted proxy: the header has no effect.
  expect(await cookieOf(plain, tls)).toMatch(/^rankscope_session=/);
});

test("a session that is signed out is refused by all servers, and its WebSockets are closed", async () => {
  const cookie = await cookieOf(plain);
  const other = await cookieOf(plain);
  const socket = (await openSocket(plain, { cookie })) as WebSocket;
  expect([await status(plain, { cookie }), await status(behindTls, { cookie })]).toEqual([200, 200]);
  const closed = once(socket, "close");

  expect(await status(plain, { cookie }, "DELETE")).toBe(204);
  expect(await status(plain, { cookie })).toBe(401);
  expect((await closed)[0]).toBe(4401);
  // PostgreSQL notifies the second server.
  while ((await status(behindTls, { cookie })) !== 401);
  expect([await status(plain, { cookie: other }), await status(behindTls, { cookie: other })]).toEqual([200, 200]);
});
