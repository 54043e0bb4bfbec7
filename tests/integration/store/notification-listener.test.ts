import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sql } from "postgres";
import { openLog } from "#src/log.js";
import { closeSql, openSql } from "#src/store/connection.js";
import { openNotificationListener, type NotificationListener } from "#src/store/notification-listener.js";
import { freshDatabase } from "../../support/database.js";

const CHANNEL = "listening_test";
/** Faults of a PostgreSQL that was killed: it cuts the connection at LISTEN, or refuses it because it is starting. */
type Fault = "cut at listen" | "starting";

const fresh = freshDatabase();
let proxy: Awaited<ReturnType<typeof faultyProxy>>;
let sql: Sql;
let listener: NotificationListener;
const received: string[] = [];
let reconnections = 0;

beforeAll(async () => {
  proxy = await faultyProxy(fresh.url);
  sql = openSql(proxy.url, { applicationName: "listening", maxConnections: 1 });
  // Opens the pool's own connection before any fault, so that the listener's connections get the faults.
  await sql`select 1`;
  listener = await openNotificationListener({ sql }, CHANNEL, {
    onNotification: (payload) => received.push(payload),
    onReconnect: () => reconnections++,
    log: openLog("silent"),
    pulse: { milliseconds: 100, timeoutMilliseconds: 400 },
  });
});
afterAll(async () => {
  await listener.close();
  await closeSql(sql);
  await proxy.close();
});

async function expectReceived(payload: string): Promise<void> {
  await expect
    .poll(async () => {
      await fresh.database.sql.notify(CHANNEL, payload);
      return received;
    })
    .toContain(payload);
}

test("a listener receives the notifications of its channel, without its own pulse", async () => {
  await expectReceived("first");
  expect(new Set(received)).toEqual(new Set(["first"]));
  expect(reconnections).toBe(0);
});

test("a listener reconnects after PostgreSQL was killed, killed again at LISTEN, and then refused it while starting", async () => {
  await proxy.cut(["cut at listen", "starting"]);
  await expectReceived("second");
  expect(reconnections).toBe(1);
});

test("a listener reconnects after its connection was lost silently", async () => {
  proxy.silence();
  await expect.poll(() => reconnections).toBe(2);
  await expectReceived("third");
});

/** Stands between a listener and PostgreSQL. */
async function faultyProxy(url: string) {
  const target = new URL(url);
  const faults: Fault[] = [];
  const clients = new Map<Socket, { isListening: boolean; isSilent: boolean }>();
  const server = createServer((client) => {
    const fault = faults.shift();
    const state = { isListening: false, isSilent: false };
    clients.set(client, state);
    const upstream = connect(Number(target.port), target.hostname);
    client.on("data", (chunk) => {
      state.isListening ||= chunk.includes(`listen "${CHANNEL}"`);
      if (fault === "starting") client.end(STARTING);
      else if (fault === "cut at listen" && state.isListening) client.destroy();
      else upstream.write(chunk);
    });
    upstream.on("data", (chunk) => state.isSilent || client.write(chunk));
    client.on("close", () => upstream.destroy()).on("error", () => upstream.destroy());
    upstream.on("close", () => client.destroy()).on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  const listeners = () => [...clients].filter(([client, { isListening }]) => isListening && !client.destroyed);
  return {
    url: through.href,
    /** Ends the listening connections; the next ones get the faults `next`. Resolves when all of them have occurred. */
    async cut(next: readonly Fault[]): Promise<void> {
      faults.push(...next);
      expect(listeners()).toHaveLength(1);
      for (const [client] of listeners()) client.destroy();
      await expect.poll(() => faults).toEqual([]);
    },
    silence(): void {
      expect(listeners()).toHaveLength(1);
      for (const [, state] of listeners()) state.isSilent = true;
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const client of clients.keys()) client.destroy();
        server.close(() => resolve());
      }),
  };
}

/** An ErrorResponse (PostgreSQL manual, Message Formats). */
const STARTING = (() => {
  const fields = "SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
  const head = Buffer.from("E\0\0\0\0");
  head.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, Buffer.from(fields)]);
})();
