import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createJob, touchJob } from "#src/store/queue/jobs.js";
import { endJob } from "#src/store/queue/progress.js";
import { apiServer } from "../support/api-server.js";
import { commandProcess } from "../support/command-process.js";
import { rankscope, startRankscope } from "../support/rankscope.js";
import { twoStudies } from "../support/two-studies.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-terminal-jobs-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// No worker runs, so results from weights stay pending, and each test sets the progress of its jobs.
const api = apiServer((database) => twoStudies(database, folder));
const runCommand = commandProcess();
const runRemotely = (...args: string[]) => runCommand([...args, "--server", api.address], {});

describe("an incomplete result", () => {
  test("exits with 4, and states how much is missing", async () => {
    const ended = await rankscope(
      ["compare", "one/16bit_r2", "one/4bit_r2", "--wait", "0", "--json", "--server", api.address],
      {},
    );
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain("2 values are still being computed (PENDING)");
    expect(JSON.parse(ended.stdout)).toMatchObject({
      pending: 2,
      pairs: [{ summary: { meanCosineSimilarity: null }, layers: [{ undefinedReason: "PENDING" }, {}] }],
    });
    const text = await runRemotely("compare", "one/16bit_r2", "one/4bit_r2", "--wait", "0");
    expect(text).toMatchObject({ code: 4 });
    expect(text.stdout).toContain("Similarity of the updates: not known (2 of 2 layers: PENDING).");
    const report = await runRemotely("report", "one", "--wait", "0");
    expect(report.code).toBe(4);
    expect(report.stdout).toContain("PENDING");
  });

  test("is awaited until it is complete or Ctrl-C is pressed, which exits with 130", async () => {
    const waiting = ["compare", "one/16bit_r2", "one/4bit_r2", "--server", api.address];
    const { child, ended } = await startRankscope(waiting, {}, /Waiting for 2 values/);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stdout: "" });
  });

  test("is no error for runs without weights, whose metrics are compared", async () => {
    const ended = await runRemotely("compare", "one/16bit_r9", "two/untrained");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(/Similarity of the updates: not known \(.*WEIGHTS_MISSING\)/);
  });
});

describe("a truncated list", () => {
  test("states that it is truncated, and the total", async () => {
    const ended = await runRemotely("studies", "--limit", "1", "--sort", "slug", "--json");
    expect(JSON.parse(ended.stdout)).toMatchObject({ total: 2, truncated: true, studies: [{ slug: "one" }] });
    const text = await runRemotely("studies", "--limit", "1", "--sort", "slug:desc");
    expect(text.stdout).toMatch(/^two /m);
    expect(text.stdout).toContain("The first 1 of 2 studies; --limit 2 lists all.");
  });
});

describe("jobs", () => {
  // Uses another server, without the computations that the tests above wait for, which never end.
  const api = apiServer(() => Promise.resolve());
  const watched = async (...args: string[]) => {
    const { stdout, ...rest } = await runCommand(["watch", "--json", ...args, "--server", api.address], {});
    return {
      ...rest,
      lines: stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    };
  };

  test("watch follows all running jobs until they end, and exits with 1 if one failed", async () => {
    const [good, bad] = [
      await createJob(api.database, "PRECOMPUTE", "at work"),
      await createJob(api.database, "PRECOMPUTE", "at work, too"),
    ];
    const { found, ended } = await startRankscope(
      ["watch", "--server", api.address],
      {},
      /at work[^]*at work, too|at work, too[^]*at work/,
    );
    expect(found[0]).toContain("at work");
    await touchJob(api.database, good, { done: 3, total: 12, message: "a quarter" });
    await endJob(api.database, bad, { status: "FAILED", message: "no room" });
    await expect.poll(() => jobsRunning()).toBe(1);
    await endJob(api.database, good, { status: "SUCCEEDED", message: "done" });
    const { code, stdout } = await ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`PRECOMPUTE ${bad} FAILED +.* no room`));
    expect(stdout).toMatch(new RegExp(`PRECOMPUTE ${good} SUCCEEDED \\[#+\\] 100 % 12/12 done`));
    expect(stdout).toMatch(/Ended: (1 failed, 1 succeeded|1 succeeded, 1 failed)\.\n$/);
  });

  test("watch prints a failed job with its reason", async () => {
    const id = await createJob(api.database, "PRECOMPUTE", "at work");
    await endJob(api.database, id, { status: "FAILED", message: "no room" });
    expect(await watched(id)).toEqual({
      code: 1,
      signal: null,
      stderr: "",
      lines: [
        { job: expect.objectContaining({ id, status: "FAILED", message: "no room" }) as object },
        { ended: { FAILED: 1 }, truncated: false },
      ],
    });
  });

  test("watch exits with 130 on Ctrl-C, and its job continues", async () => {
    const id = await createJob(api.database, "PRECOMPUTE", "at work");
    const { child, ended } = await startRankscope(["watch", id, "--server", api.address], {}, /at work/);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stderr: "" });
    expect(await jobsRunning()).toBe(1);
    await endJob(api.database, id, { status: "SUCCEEDED", message: "done" });
  });

  async function jobsRunning(): Promise<number> {
    const { data } = await api.execute("{ jobs(status: [RUNNING]) { id } }");
    return (data.jobs as unknown[]).length;
  }
});
