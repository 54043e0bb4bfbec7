import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Sql } from "postgres";
import { closeSql, openSql } from "#src/store/connection.js";
import { freezingProxy, type FreezingProxy } from "../../../scripts/chaos/freezing-proxy.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
let proxy: FreezingProxy;

beforeAll(async () => {
  proxy = await freezingProxy(fresh.url);
});
afterAll(() => {
  proxy.close();
});

/** Opens `count` connections and resets them all while PostgreSQL runs a statement on each. */
async function lostConnections(count: number): Promise<{ sql: Sql; lost: Promise<unknown>[] }> {
  const sql = openSql(proxy.url, { applicationName: "connection", maxConnections: count });
  await sql`select 1`;
  const lost = Array.from({ length: count }, () => sql`select pg_sleep(60)`.catch((error: unknown) => error));
  const atWork = () => fresh.database.sql<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = 'connection' and state = 'active'`;
  await expect.poll(atWork).toHaveLength(count);
  const pids = (await atWork()).map(({ pid }) => pid);
  onTestFinished(async () => {
    await fresh.database.sql`select pg_terminate_backend(pid) from unnest(${pids}::int[]) as lost (pid)`;
    await closeSql(sql, 1);
  });
  proxy.reset();
  return { sql, lost };
}

// Proves driver/error-with-close.ts: between a socket's error and its close, postgres.js would send it a statement.
test("statements sent as soon as a connection was reset succeed, and so do later ones", async () => {
  const { sql, lost } = await lostConnections(1);
  expect(await lost[0]).toMatchObject({ code: "ECONNRESET" });
  for (let n = 0; n < 5; n++) expect(await sql`select ${n}::int as n`).toEqual([{ n }]);
});

test("connections that are all lost at once open again as soon as they are needed", async () => {
  const { sql, lost } = await lostConnections(10);
  await Promise.all(lost);
  // Each connection is busy for this time, so that none serves two statements.
  const answers = lost.map(() => sql<{ pid: number }[]>`select pg_backend_pid() as pid from pg_sleep(0.5)`);
  expect(new Set((await Promise.all(answers)).flat().map(({ pid }) => pid)).size).toBe(10);
}, 8000);
