import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sql } from "postgres";
import { openLog } from "#src/log.js";
import { closeSql, openSql } from "#src/store/connection.js";
import { listenTo, type Listening } from "#src/store/driver/listening.js";
import { freshDatabase } from "../../support/database.js";

const CHANNEL = "listening_test";
/** What a connection to a PostgreSQL meets that was killed: cut while it asks to listen, refused since it is starting. */
type Fault = "cut at listen" | "starting";

const fresh = freshDatabase();
let proxy: Awaited<ReturnType<typeof faultyProxy>>;
let sql: Sql;
let listening: Listening;
const heard: string[] = [];
let missed = 0;

beforeAll(async () => {
  proxy = await faultyProxy(fresh.url);
  sql = openSql(proxy.url, { applicationName: "listening", maxConnections: 1 });
  // The pool's own connection is there before any fault: those are the listener's.
  await sql`select 1`;
  listening = await listenTo({ sql }, CHANNEL, {
    heard: (payload) => heard.push(payload),
    missed: () => missed++,
    log: openLog("silent"),
    pulse: { milliseconds: 100, patienceMilliseconds: 400 },
  });
});
afterAll(async () => {
  await listening.close();
  await closeSql(sql);
  await proxy.close();
});

async function expectHeard(payload: string): Promise<void> {
  await expect
    .poll(async () => {
      await fresh.database.sql.notify(CHANNEL, payload);
      return heard;
    })
    .toContain(payload);
}

test("hears what is told on the channel, and of its own pulse nothing", async () => {
  await expectHeard("first");
  expect(new Set(heard)).toEqual(new Set(["first"]));
  expect(missed).toBe(0);
});

test("hears again after PostgreSQL was killed, killed again while it was asked to listen, and then was starting", async () => {
  await proxy.cut(["cut at listen", "starting"]);
  await expectHeard("second");
  expect(missed).toBe(1);
});

test("hears again after its connection has died without a word", async () => {
  proxy.deafen();
  await expect.poll(() => missed).toBe(2);
  await expectHeard("third");
});

/** Stands between a listener and PostgreSQL. */
async function faultyProxy(url: string) {
  const target = new URL(url);
  const faults: Fault[] = [];
  const clients = new Map<Socket, { isListening: boolean; isDeaf: boolean }>();
  const server = createServer((client) => {
    const fault = faults.shift();
    const state = { isListening: false, isDeaf: false };
    clients.set(client, state);
    const upstream = connect(Number(target.port), target.hostname);
    client.on("data", (chunk) => {
      state.isListening ||= chunk.includes(`listen "${CHANNEL}"`);
      if (fault === "starting") client.end(STARTING);
      else if (fault === "cut at listen" && state.isListening) client.destroy();
      else upstream.write(chunk);
    });
    upstream.on("data", (chunk) => state.isDeaf || client.write(chunk));
    client.on("close", () => upstream.destroy()).on("error", () => upstream.destroy());
    upstream.on("close", () => client.destroy()).on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  const listeners = () => [...clients].filter(([client, { isListening }]) => isListening && !client.destroyed);
  return {
    url: through.href,
    /** Ends the connections that listen; the next ones meet `next`. Resolves when all of those have come. */
    async cut(next: readonly Fault[]): Promise<void> {
      faults.push(...next);
      expect(listeners()).toHaveLength(1);
      for (const [client] of listeners()) client.destroy();
      await expect.poll(() => faults).toEqual([]);
    },
    deafen(): void {
      expect(listeners()).toHaveLength(1);
      for (const [, state] of listeners()) state.isDeaf = true;
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
