import { setTimeout as sleep } from "node:timers/promises";
import { v7 as newId } from "uuid";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openJobWatch, type JobWatch } from "#src/jobs/job-watch.js";
import { openLog } from "#src/log.js";
import { createJob, touchJob } from "#src/store/queue/jobs.js";
import { endJob } from "#src/store/queue/progress.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
let watch: JobWatch;

beforeAll(() => {
  watch = openJobWatch(fresh.database, openLog("silent"));
});
afterAll(() => watch.close());
beforeEach(async () => {
  await fresh.database.sql`truncate job, job_fact, job_part`;
});

const newJob = () => createJob(fresh.database, "PRECOMPUTE", "");
const succeed = (id: string) => endJob(fresh.database, id, { status: "SUCCEEDED", message: "done" });

describe("waiting for the end of jobs", () => {
  test("resolves when the last of the jobs has ended", async () => {
    const ids = [await newJob(), await newJob()] as const;
    const waiting = watch.ended(ids, { milliseconds: Infinity });
    await succeed(ids[0]);
    await succeed(ids[1]);
    expect([...(await waiting).keys()].sort()).toEqual([...ids].sort());
  });

  test("resolves at once for a job that had ended before", async () => {
    const id = await newJob();
    await succeed(id);
    expect((await watch.ended([id], { milliseconds: 0 })).get(id)?.status).toBe("SUCCEEDED");
  });

  test("returns only the ended jobs after the deadline", async () => {
    const [fast, slow] = [await newJob(), await newJob()];
    await succeed(fast);
    const seen = await watch.ended([fast, slow], { milliseconds: 50 });
    expect([...seen.keys()]).toEqual([fast]);
  });

  test("detects an end without a notification", async () => {
    const id = await newJob();
    const waiting = watch.ended([id], { milliseconds: Infinity });
    await sleep(50);
    await fresh.database.sql`update job set status = 'SUCCEEDED' where id = ${id}`;
    expect((await waiting).has(id)).toBe(true);
  });

  test("continues after the listening connection is cut", async () => {
    const id = await newJob();
    const waiting = watch.ended([id], { milliseconds: Infinity });
    await sleep(50);
    await fresh.database.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen%'`;
    await succeed(id);
    expect((await waiting).has(id)).toBe(true);
  });

  test("is rejected with the reason of an abort", async () => {
    const stop = new AbortController();
    const waiting = watch.ended([await newJob()], { milliseconds: Infinity, signal: stop.signal });
    stop.abort(new Error("the client has gone"));
    await expect(waiting).rejects.toThrow("the client has gone");
  });
});

describe("the changes of a job", () => {
  test("yield each state once, from the current one to the end", async () => {
    const id = await newJob();
    const states: string[] = [];
    const reading = (async () => {
      for await (const { status, done } of watch.changes(id)) {
        states.push(`${status} ${done}`);
        if (states.length === 1) await touchJob(fresh.database, id, { done: 1, total: 2, message: "half" });
        if (states.length === 2) await succeed(id);
      }
    })();
    await reading;
    expect(states).toEqual(["RUNNING 0", "RUNNING 1", "SUCCEEDED 2"]);
  });

  test("are empty for an unknown job", async () => {
    for await (const job of watch.changes(newId())) throw new Error(`there is a job ${job.id}`);
  });
});
