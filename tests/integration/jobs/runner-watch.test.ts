import { EventEmitter, once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { run, type WorkerEvents } from "graphile-worker";
import { v7 as newId } from "uuid";
import { afterEach, expect, test } from "vitest";
import { openLog } from "#src/log.js";
import { runWorker } from "#src/jobs/worker/run-worker.js";
import { watchRunner } from "#src/jobs/worker/runner-watch.js";
import { openQueuePool } from "#src/store/queue/queue-pool.js";
import { lockedJobs } from "#src/store/queue/workers.js";
import { queueLog } from "#src/store/queue/queue-log.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Starts a runner of graphile-worker on the database at `url`, which polls for jobs many times in an interval. */
async function startRunner(url: string, before?: () => Promise<unknown>) {
  const events: WorkerEvents = new EventEmitter();
  let lockId = "";
  events.on("pool:create", ({ workerPool }) => (lockId = workerPool.id));
  const runnerWatch = watchRunner(events);
  const pgPool = openQueuePool(url, 4);
  closers.push(() => pgPool.end());
  const longJob = new AbortController();
  await before?.();
  const runner = await run({
    pgPool,
    concurrency: 1,
    pollInterval: 20,
    noHandleSignals: true,
    logger: queueLog(),
    events,
    taskList: { nothing: () => undefined, long: () => once(longJob.signal, "abort") },
  });
  closers.push(() => {
    longJob.abort();
    return runner.stop().catch(() => undefined);
  });
  const intervals = async (count: number): Promise<boolean[]> => {
    const seen: boolean[] = [];
    for (let turn = 0; turn < count; turn++) {
      await sleep(200);
      seen.push(runnerWatch.problem(await lockedJobs(fresh.database, { lockId })) !== undefined);
    }
    return seen;
  };
  return { intervals };
}

/** Starts a proxy of PostgreSQL that cuts the first connection that sends `words`, before they are forwarded or at the reply. */
async function cutAt(url: string, words: string, when: "ASKED" | "ANSWERED"): Promise<string> {
  const target = new URL(url);
  const clients = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    clients.add(client);
    client.on("data", (chunk) => {
      const cuts = !isCut && chunk.includes(words);
      isCut ||= cuts;
      if (!cuts || when === "ANSWERED") upstream.write(chunk);
      if (!cuts) return;
      if (when === "ASKED") client.destroy();
      else
        upstream
          .unpipe(client)
          .once("data", () => client.destroy())
          .resume();
    });
    upstream.pipe(client);
    client.on("close", () => upstream.destroy()).on("error", () => upstream.destroy());
    upstream.on("close", () => client.destroy()).on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    for (const client of clients) client.destroy();
    server.close();
  });
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return through.href;
}

test("a runner whose first query was lost is detected as stuck, although the database answers", async () => {
  const { intervals } = await startRunner(await cutAt(fresh.url, "_private_tasks as tasks", "ASKED"));
  await expect.poll(async () => (await intervals(1))[0]).toBe(true);
});

test("a job whose connection was lost as it was assigned is detected as abandoned", async () => {
  const { sql } = fresh.database;
  const { intervals } = await startRunner(await cutAt(fresh.url, "skip locked", "ANSWERED"), async () => {
    await sql`select graphile_worker.add_job('nothing', '{}'::json)`;
  });
  await expect.poll(async () => (await intervals(1))[0]).toBe(true);
  expect(await sql`select from graphile_worker.jobs where locked_at is not null`).toHaveLength(1);
  await sql`truncate graphile_worker._private_jobs`;
});

test("a job that takes long is not detected as abandoned", async () => {
  const { intervals } = await startRunner(fresh.url);
  await fresh.database.sql`select graphile_worker.add_job('long', '{}'::json)`;
  expect(await intervals(6)).toEqual(Array(6).fill(false));
  expect(await fresh.database.sql`select from graphile_worker.jobs where locked_at is not null`).toHaveLength(1);
});

test("a runner without jobs, or one whose connections are lost later, is not detected as stuck", async () => {
  const { intervals } = await startRunner(fresh.url);
  expect(await intervals(2)).toEqual([false, false]);
  await fresh.database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rankscope queue' and datname = current_database()`;
  expect(await intervals(4)).toEqual([false, false, false, false]);
});

test("a worker whose second runner cannot start closes the first one, and says why", async () => {
  const broken = {
    maxBytes: 2 ** 30,
    get largestBytes(): number {
      throw new Error("the second runner is broken");
    },
  };
  const { database: connection, url } = fresh;
  const settings = {
    engine: { provider: "cpu", breakEvenFlops: {}, cpuThreads: 1 },
    weights: { kind: "in-place" },
  } as const;
  const log = openLog("silent");
  // An open runner would keep the connections, for which the worker waits, and no other worker would take its place.
  const started = runWorker({ id: newId(), connection, url, threads: 1, settings, models: broken, log });
  await expect(started).rejects.toThrow("the second runner is broken");
});
