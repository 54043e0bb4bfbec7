import { v7 as newId } from "uuid";
import { beforeEach, describe, expect, test } from "vitest";
import { createJob, jobsById } from "#src/store/queue/jobs.js";
import { enqueue, type NewJob } from "#src/store/queue/enqueue.js";
import { stopWaiting } from "#src/store/queue/stop-waiting.js";
import { advanceJob, beginJob, endJob, updateParentJobs } from "#src/store/queue/progress.js";
import { countWorkers, dismissWorker, recordHeartbeat, sweep } from "#src/store/queue/workers.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
const task = "compute-test";

interface Queued {
  key: string;
  priority: number;
  attempts: number;
}

const queued = () => fresh.database.sql<Queued[]>`
  select key, priority, attempts from graphile_worker.jobs where key is not null order by id`;
const payloads = async () =>
  (await fresh.database.sql<{ payload: unknown }[]>`select payload from graphile_worker._private_jobs`).map(
    (row) => row.payload,
  );
const job = (...facts: string[]): NewJob => ({ id: newId(), facts, payload: (own) => ({ own: [...own].sort() }) });
const interactive = { task, urgency: "INTERACTIVE" } as const;
const later = { task, urgency: "PRECOMPUTE" } as const;
const statusOf = async (id: string) => (await jobsById(fresh.database, [id]))[0]?.status;

/** Imitates graphile-worker when a worker takes a job and dies with it. */
const lock = (key: string, by: string, attempts: number) => fresh.database.sql`
  update graphile_worker._private_jobs set locked_at = now(), locked_by = ${by}, attempts = ${attempts} where key = ${key}`;

beforeEach(async () => {
  await fresh.database.sql`truncate job, job_fact, job_part, worker`;
  await fresh.database.sql`truncate graphile_worker._private_jobs`;
});

describe("enqueueing", () => {
  test("creates one job for a result that two processes request at once, with only that result in its payload", async () => {
    const [one, other] = [job("a", "b"), job("b", "c")];
    const [ofOne, ofOther] = await Promise.all([
      enqueue(fresh.database, [one], interactive),
      enqueue(fresh.database, [other], interactive),
    ]);
    expect(ofOne.get("b")).toBe(ofOther.get("b"));
    expect(ofOne.get("a")).toBe(one.id);
    expect(ofOther.get("c")).toBe(other.id);
    const owned = (await payloads()).flatMap((payload) => (payload as { own: string[] }).own);
    expect(owned.sort()).toEqual(["a", "b", "c"]);
  });

  test("many results at once causes no deadlock and no result with two jobs", async () => {
    const facts = Array.from({ length: 40 }, (_, i) => `fact ${i}`);
    const requested = Array.from({ length: 12 }, (_, i) => job(...facts.slice(i, i + 25).reverse()));
    const owners = await Promise.all(requested.map((one) => enqueue(fresh.database, [one], interactive)));
    const owned = (await payloads()).flatMap((payload) => (payload as { own: string[] }).own);
    expect(owned.sort()).toEqual(facts.slice(0, 36).sort());
    for (const fact of facts.slice(0, 36)) {
      expect(new Set(owners.flatMap((map) => map.get(fact) ?? [])).size).toBe(1);
    }
  });

  test("creates no job if nothing is left to compute", async () => {
    await enqueue(fresh.database, [job("a")], interactive);
    const second = job("a");
    const owners = await enqueue(fresh.database, [second], interactive);
    expect(owners.get("a")).not.toBe(second.id);
    expect(await statusOf(second.id)).toBeUndefined();
    expect(await queued()).toHaveLength(1);
  });

  test("raises the priority of a queued result that a request waits for", async () => {
    const ahead = job("a");
    await enqueue(fresh.database, [ahead], later);
    const [before] = await queued();
    await enqueue(fresh.database, [job("a")], interactive);
    const [after] = await queued();
    expect(before?.priority).toBeGreaterThan(after?.priority ?? Infinity);
    expect(after?.key).toBe(ahead.id);
  });

  test("remembers a failed job for a while, then retries it", async () => {
    const first = job("a");
    await enqueue(fresh.database, [first], interactive);
    await endJob(fresh.database, first.id, { status: "FAILED", message: "it crashed" });
    expect((await enqueue(fresh.database, [job("a")], interactive)).get("a")).toBe(first.id);
    await fresh.database.sql`update job set finished_at = now() - interval '1 hour' where id = ${first.id}`;
    const again = job("a");
    expect((await enqueue(fresh.database, [again], interactive)).get("a")).toBe(again.id);
  });
});

describe("leaving a job", () => {
  test("cancels it when the last client has left, and not before", async () => {
    const shared = job("a");
    await enqueue(fresh.database, [shared], interactive);
    await enqueue(fresh.database, [job("a")], interactive);
    await stopWaiting(fresh.database, [shared.id]);
    expect(await statusOf(shared.id)).toBe("QUEUED");
    await stopWaiting(fresh.database, [shared.id]);
    expect(await statusOf(shared.id)).toBe("CANCELLED");
    expect(await queued()).toEqual([]);
    const anew = job("a");
    expect((await enqueue(fresh.database, [anew], interactive)).get("a")).toBe(anew.id);
  });

  test("does not cancel it if it is part of a larger job", async () => {
    const parent = await createJob(fresh.database, "PRECOMPUTE", "");
    const part = job("a");
    await enqueue(fresh.database, [part], { ...later, parent });
    await enqueue(fresh.database, [job("a")], interactive);
    await stopWaiting(fresh.database, [part.id]);
    expect(await statusOf(part.id)).toBe("QUEUED");
  });

  test("keeps a cancelled job from starting", async () => {
    const one = job("a");
    await enqueue(fresh.database, [one], interactive);
    await stopWaiting(fresh.database, [one.id]);
    expect(await beginJob(fresh.database, one.id)).toBeUndefined();
  });
});

describe("a job with parts", () => {
  test("ends with its last part, even if the last two end at once", async () => {
    const parent = await createJob(fresh.database, "PRECOMPUTE", "");
    const parts = [job("a", "b"), job("c"), job("d")];
    await enqueue(fresh.database, parts, { ...later, parent });
    await updateParentJobs(fresh.database, [parent]);
    expect((await jobsById(fresh.database, [parent]))[0]).toMatchObject({ status: "RUNNING", done: 0, total: 4 });
    await Promise.all(parts.map(({ id }) => endJob(fresh.database, id, { status: "SUCCEEDED", message: "done" })));
    expect((await jobsById(fresh.database, [parent]))[0]).toMatchObject({ status: "SUCCEEDED", done: 4, total: 4 });
  });

  test("fails with a reason if a part failed, after all parts have ended", async () => {
    const parent = await createJob(fresh.database, "PRECOMPUTE", "");
    const [good, bad] = [job("a"), job("b")];
    await enqueue(fresh.database, [good, bad], { ...later, parent });
    await endJob(fresh.database, bad.id, { status: "FAILED", message: "the file is gone" });
    expect(await statusOf(parent)).toBe("RUNNING");
    await endJob(fresh.database, good.id, { status: "SUCCEEDED", message: "done" });
    const [ended] = await jobsById(fresh.database, [parent]);
    expect(ended?.status).toBe("FAILED");
    expect(ended?.message).toContain("the file is gone");
  });
});

test("counts progress up, and restarts it with the job", async () => {
  const one = job("a", "b", "c");
  await enqueue(fresh.database, [one], interactive);
  await beginJob(fresh.database, one.id);
  await advanceJob(fresh.database, one.id, 2);
  expect((await jobsById(fresh.database, [one.id]))[0]).toMatchObject({ done: 2, total: 3, status: "RUNNING" });
  await beginJob(fresh.database, one.id);
  expect((await jobsById(fresh.database, [one.id]))[0]).toMatchObject({ done: 0, total: 3, status: "RUNNING" });
});

describe("workers", () => {
  const process = () => ({ id: newId(), host: "here", pid: 1, lockId: `pool-${newId()}` });

  test("without a heartbeat lose their jobs to other workers", async () => {
    const dead = process();
    await recordHeartbeat(fresh.database, dead);
    const one = job("a");
    await enqueue(fresh.database, [one], interactive);
    await lock(one.id, dead.lockId, 1);
    expect(await sweep(fresh.database)).toBe(0);
    expect(await countWorkers(fresh.database)).toBe(1);
    await fresh.database.sql`update worker set seen_at = now() - interval '1 minute'`;
    expect(await countWorkers(fresh.database)).toBe(0);
    expect(await sweep(fresh.database)).toBe(1);
    const [row] = await fresh.database.sql<
      { locked: Date | null }[]
    >`select locked_at as locked from graphile_worker.jobs`;
    expect(row?.locked).toBeNull();
    expect(await statusOf(one.id)).toBe("QUEUED");
  });

  test("that are dismissed return their jobs at once", async () => {
    const gone = process();
    await recordHeartbeat(fresh.database, gone);
    const one = job("a");
    await enqueue(fresh.database, [one], interactive);
    await lock(one.id, gone.lockId, 1);
    await dismissWorker(fresh.database, gone.id);
    const [row] = await fresh.database.sql<
      { locked: Date | null }[]
    >`select locked_at as locked from graphile_worker.jobs`;
    expect(row?.locked).toBeNull();
    expect(await countWorkers(fresh.database)).toBe(0);
  });

  test("that one job terminated three times fail it with a readable reason, and other jobs continue", async () => {
    const worker = process();
    await recordHeartbeat(fresh.database, worker);
    const [poison, sound] = [job("a"), job("b")];
    await enqueue(fresh.database, [poison, sound], interactive);
    await lock(poison.id, worker.lockId, 3);
    await dismissWorker(fresh.database, worker.id);
    await sweep(fresh.database);
    const [ended] = await jobsById(fresh.database, [poison.id]);
    expect(ended).toMatchObject({ status: "FAILED" });
    expect(ended?.message).toMatch(/^COMPUTE_FAILED: .*worker process ended.*3 times/);
    expect((await queued()).map(({ key }) => key)).toEqual([sound.id]);
    expect(await statusOf(sound.id)).toBe("QUEUED");
  });
});
