import { afterAll, beforeAll, expect, test } from "vitest";
import { openLog } from "#src/log.js";
import { openServerMetrics } from "#src/observe/open-metrics.js";
import type { ServerServices } from "#src/http/server-services.js";
import { startServer, type RunningServer } from "#src/http/server.js";
import { openDatabase, type Database } from "#src/store/database.js";
import { readFleet } from "#src/store/queue/fleet.js";
import { freshDatabase } from "../../support/database.js";
import { scrape } from "../../support/scrape.js";

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

async function ask(path: string): Promise<[number, unknown]> {
  const response = await fetch(new URL(path, server.address));
  return [response.status, await response.json()];
}

const ALIVE = [200, { status: "ok" }];

test("a server is ready while its database is reachable and migrated, and alive in any case", async () => {
  expect(await ask("/readyz")).toEqual([200, { status: "ok", database: "ready" }]);
  const up = await scrape(server.address);
  expect(up.value("rankscope_database_up")).toBe(1);
  // One of postgres.js, one of Prisma, and one that listens for changes of tokens.
  expect(up.value("rankscope_database_connections", { application: "rankscope health" })).toBe(3);

  await fresh.database.sql`delete from _prisma_migrations where migration_name like '%list_orders'`;
  expect(await ask("/readyz")).toEqual([503, { status: "unavailable", database: "not migrated" }]);
  await fresh.database.sql`drop table _prisma_migrations`;
  expect(await ask("/readyz")).toEqual([503, { status: "unavailable", database: "not migrated" }]);

  await database.close();
  expect(await ask("/readyz")).toEqual([503, { status: "unavailable", database: "unreachable" }]);
  expect(await ask("/healthz")).toEqual(ALIVE);
  const down = await scrape(server.address);
  expect(down.value("rankscope_database_up")).toBe(0);
  for (const name of ["rankscope_workers", "rankscope_jobs", "rankscope_database_connections"]) {
    expect(down.value(name), name).toBeUndefined();
  }
});
