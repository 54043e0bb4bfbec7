import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { runMigrations } from "graphile-worker";
import { expect, test } from "vitest";
import { openQueuePool } from "#src/store/queue/queue-pool.js";
import { queueLog } from "#src/store/queue/queue-log.js";
import { freezingProxy } from "../../../scripts/chaos/freezing-proxy.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
const terminateAll = () => fresh.database.sql`
  select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rankscope queue' and datname = current_database()`;

// An unhandled error would fail the run.
test("connections that PostgreSQL ends, idle or in use, affect nothing else", async () => {
  const pool = openQueuePool(fresh.url, 2);
  const lent = await pool.connect();
  await pool.query("select 1");
  const noticed = new Promise((resolve) => pool.on("error", resolve));
  expect(await terminateAll()).toHaveLength(2);
  await expect(lent.query("select 1")).rejects.toThrow(/terminat|not queryable/);
  lent.release(true);
  await noticed;
  expect((await pool.query<{ one: number }>("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await pool.end();
});

test("connections that PostgreSQL ends as graphile-worker releases them affect nothing else", async () => {
  const pgPool = openQueuePool(fresh.url, 1);
  await runMigrations({ pgPool, logger: queueLog() });
  const ended = new Promise((resolve) => pgPool.on("error", resolve));
  expect(await terminateAll()).toHaveLength(1);
  expect(await ended).toMatchObject({ code: "57P01" });
  await pgPool.end();
});

test("a connection that becomes silent is closed, one that only listens is not", async () => {
  const proxy = await freezingProxy(fresh.url);
  const pool = openQueuePool(proxy.url, 2, 300);
  const listener = await pool.connect();
  const heard: unknown[] = [];
  listener.on("notification", ({ payload }) => heard.push(payload));
  await listener.query("listen queue_pool");
  await sleep(900);
  await fresh.database.sql.notify("queue_pool", "still here");
  await expect.poll(() => heard).toEqual(["still here"]);
  const lost = once(listener, "error");
  proxy.freeze();
  expect(await lost).toEqual([expect.objectContaining({ code: "ETIMEDOUT" })]);
  listener.release(true);
  await expect(pool.query("select 1")).rejects.toThrow();
  proxy.thaw();
  expect((await pool.query<{ one: number }>("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await pool.end();
  proxy.close();
});
