import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import express from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLog } from "#src/log.js";
import { openServerMetrics } from "#src/observe/open-metrics.js";
import { health, openDrain, type HealthSubjects } from "#src/http/health.js";
import type { ServerServices } from "#src/http/server-services.js";
import { startServer, type RunningServer } from "#src/http/server.js";
import { closeSql, openSql } from "#src/store/connection.js";
import { openDatabase, type Database } from "#src/store/database.js";
import { readFleet } from "#src/store/queue/fleet.js";
import { freshDatabase } from "../../support/database.js";
import { scrape, type Scrape } from "../../support/scrape.js";

const fresh = freshDatabase();
let database: Database;
let server: RunningServer;

beforeAll(async () => {
  database = openDatabase(fresh.url, { applicationName: "rankscope health", maxConnections: 1 });
  const metrics = openServerMetrics(1);
  metrics.watchFleet(() => readFleet(database));
  const services: Partial<ServerServices> = { database, metrics, log: openLog("silent") };
  server = await startServer(services as ServerServices, { host: "127.0.0.1", port: 0 });
});
afterAll(() => server.close());

async function get(path: string): Promise<[number, unknown]> {
  const response = await fetch(new URL(path, server.address));
  return [response.status, await response.json()];
}

interface OpenConnection {
  readonly pid: number;
  readonly query: string;
}

/** Returns the server's connections as PostgreSQL lists them, with the last statement of each. */
function openConnections(): Promise<OpenConnection[]> {
  return fresh.database.sql<OpenConnection[]>`
    select pid, query from pg_stat_activity
    where application_name = 'rankscope health' and datname = current_database() order by pid`;
}

/** Scrapes the server while no connection opens or closes. */
async function scrapeBetweenEqualCounts(): Promise<{ scraped: Scrape; connections: OpenConnection[] }> {
  const pids = (connections: readonly OpenConnection[]) => connections.map(({ pid }) => pid).join();
  for (;;) {
    const before = await openConnections();
    const scraped = await scrape(server.address);
    const connections = await openConnections();
    if (pids(before) === pids(connections)) return { scraped, connections };
  }
}

/** Serves health checks of the given connections on a free port, and returns what /readyz answers. */
async function readiness(subjects: Partial<HealthSubjects>): Promise<[number, unknown]> {
  const { database: own } = fresh;
  const router = health({ database: own, requests: own, log: openLog("silent"), ...subjects }, openDrain());
  const http = express().use(router).listen(0, "127.0.0.1");
  await once(http, "listening");
  const response = await fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}/readyz`);
  const answer: [number, unknown] = [response.status, await response.json()];
  http.close();
  return answer;
}

test("a server is not ready while the disk of its data directory has less than the minimum of free space", async () => {
  const ready = { status: "ok", database: "ready" };
  expect(await readiness({ filesAt: tmpdir(), minFreeBytes: 1 })).toEqual([200, ready]);
  expect(await readiness({ filesAt: "/no/such/directory", minFreeBytes: 2 ** 60 })).toEqual([200, ready]);
  expect(await readiness({ filesAt: tmpdir(), minFreeBytes: 2 ** 60 })).toEqual([
    503,
    { status: "unavailable", database: "ready", disk: "full" },
  ]);
});

test("a server is not ready while no connection is free for requests", async () => {
  const requests = openSql(fresh.url, { applicationName: "rankscope busy", maxConnections: 1 });
  const sleeping = requests`select pg_sleep(60)`;
  const cancelled = sleeping.catch(() => "cancelled");
  expect(await readiness({ requests: { sql: requests } })).toEqual([
    503,
    { status: "unavailable", database: "exhausted" },
  ]);
  sleeping.cancel();
  expect(await cancelled).toBe("cancelled");
  expect(await readiness({ requests: { sql: requests } })).toEqual([200, { status: "ok", database: "ready" }]);
  await closeSql(requests);
});

const ALIVE = [200, { status: "ok" }];

test("a server is ready while its database is reachable and migrated, and alive in any case", async () => {
  expect(await get("/readyz")).toEqual([200, { status: "ok", database: "ready" }]);
  const { scraped: up, connections } = await scrapeBetweenEqualCounts();
  expect(up.value("rankscope_database_up")).toBe(1);
  expect(up.value("rankscope_database_connections", { application: "rankscope health" })).toBe(connections.length);
  // postgres.js has the connection of its pool, which ran the scrape, and one that listens for changes of tokens. Prisma has
  // another one until it has been idle for 10 s.
  const isListening = ({ query }: OpenConnection) => /^listen /i.test(query);
  expect(connections.filter(isListening)).toHaveLength(1);
  expect(connections.filter((one) => !isListening(one)).length).toBeGreaterThanOrEqual(1);

  await fresh.database.sql`delete from _prisma_migrations where migration_name like '%list_orders'`;
  expect(await get("/readyz")).toEqual([503, { status: "unavailable", database: "not migrated" }]);
  await fresh.database.sql`drop table _prisma_migrations`;
  expect(await get("/readyz")).toEqual([503, { status: "unavailable", database: "not migrated" }]);

  await database.close();
  expect(await get("/readyz")).toEqual([503, { status: "unavailable", database: "unreachable" }]);
  expect(await get("/healthz")).toEqual(ALIVE);
  const down = await scrape(server.address);
  expect(down.value("rankscope_database_up")).toBe(0);
  for (const name of ["rankscope_workers", "rankscope_jobs", "rankscope_database_connections"]) {
    expect(down.value(name), name).toBeUndefined();
  }
});
