import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openImportJobs } from "#src/jobs/import/import-jobs.js";
import type { StoringTask } from "#src/jobs/import/import-child.js";
import { openImportProcess, type ImportBounds, type ImportProcess } from "#src/jobs/import/import-process.js";
import { importStudy } from "#src/jobs/import/import-study.js";
import { openJobWatch } from "#src/jobs/job-watch.js";
import type { JobRun } from "#src/jobs/job-run.js";
import type { ImportResult } from "#src/model/job-payloads.js";
import { openLog } from "#src/log.js";
import { cancelJob } from "#src/store/queue/cancel-job.js";
import { takeImportTurn } from "#src/store/queue/import-turn.js";
import { createJob, jobsById } from "#src/store/queue/jobs.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { storedToken } from "../../support/access-tokens.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../../support/adapter-files.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();
const log = openLog("silent");
const WEIGHTS = { kind: "in-place" } as const;
const BOUNDS = { megabytes: 512, stallSeconds: 600 };
let root: string;
let study: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), "rankscope-imports-")));
  study = path.join(root, "study");
  await writeFiles(study, {
    "16bit_r2/adapter_config.json": adapterConfig(),
    "16bit_r2/adapter_model.safetensors": safetensors(factorTensors(1)),
  });
});
afterAll(() => rm(root, { recursive: true }));

async function storedSlugs(): Promise<string[]> {
  const rows = await fresh.database.sql<{ slug: string }[]>`select slug from study order by slug`;
  return rows.map(({ slug }) => slug);
}

/** Runs an import in a process of its own. */
async function runOnce(
  imported: StoringTask,
  bounds: Partial<ImportBounds> = {},
  options: Parameters<ImportProcess["run"]>[1] = {},
): Promise<ImportResult> {
  const importProcess = openImportProcess({ ...BOUNDS, ...bounds });
  try {
    return await importProcess.run(imported, options);
  } finally {
    importProcess.close();
  }
}

const task = (slug: string, folder = study) => ({ url: fresh.url, weights: WEIGHTS, request: { folder, slug } });

test("an import process that parses a file ends when its parent is killed", async () => {
  // The parent starts a child that watches it as import processes do, and that never comes back from its task.
  const watch = new URL("../../../dist/jobs/import/parent-watch.js", import.meta.url).href;
  const files = await mkdtemp(path.join(root, "parent-"));
  const [parent, child] = [path.join(files, "parent.cjs"), path.join(files, "child.cjs")];
  await writeFile(
    child,
    `const { Worker } = require("node:worker_threads");
    new Worker(new URL(${JSON.stringify(watch)}), { workerData: process.ppid }).once("online", () => {
      process.send("busy");
      for (;;);
    });`,
  );
  await writeFile(
    parent,
    `const child = require("node:child_process").fork(${JSON.stringify(child)});
    child.once("message", () => console.log(child.pid));`,
  );
  const parentProcess = spawn(process.execPath, [parent], { stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = (await once(parentProcess.stdout, "data")) as [Buffer];
  const pid = Number(printed);
  const stateOf = async () =>
    /^State:\s+(\S)/m.exec(await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""))?.[1];
  onTestFinished(async () => {
    if ((await stateOf()) !== undefined) process.kill(pid, "SIGKILL");
  });
  expect(await stateOf()).toBe("R");
  parentProcess.kill("SIGKILL");
  // A killed process stays as a zombie (Z) until the machine's first process reads its exit code.
  await expect.poll(stateOf).toSatisfy((state) => state === undefined || state === "Z");
}, 90_000);

test("the turn to import is free again when its holder sends nothing, although its connection seems to be open", async () => {
  const lost = await takeImportTurn(fresh.url, { maxIdleMilliseconds: 100 });
  const next = await takeImportTurn(fresh.url);
  await next.release();
  await lost.release();
});

describe("the imports of a server", () => {
  test("run one at a time per database, in turns of tokens, and can be cancelled and replaced by nothing", async () => {
    const { database } = fresh;
    const watch = openJobWatch(database, log);
    const runs: JobRun[] = [];
    const imports = openImportJobs({
      database,
      weights: WEIGHTS,
      watch,
      bounds: BOUNDS,
      log,
      maxWaiting: 10,
      maxWaitingEach: 4,
      observe: (run) => runs.push(run),
    });
    const moved = path.join(root, "moved");
    await writeFiles(moved, { "16bit_r2/adapter_config.json": adapterConfig() });
    const [{ id: a }, { id: b }] = [
      await storedToken(database, { role: "WRITER" }),
      await storedToken(database, { role: "WRITER" }),
    ];
    // Another process imports, so that all of these wait.
    const turn = await takeImportTurn(fresh.url);
    const start = (slug: string, requestedBy: string, folder = study) =>
      imports.start({ folder, slug, serverRoots: [root] }, { requestedBy });
    const started = {
      a1: await start("a1", a),
      a2: await start("a2", a),
      a3: await start("a3", a),
      a4: await start("a4", a),
      swapped: await start("swapped", a, moved),
      b1: await start("b1", b),
    };
    await expect(start("a5", a)).rejects.toMatchObject({
      code: "QUEUE_FULL",
      message: expect.stringContaining("of this token") as string,
    });
    expect(await storedSlugs()).toEqual([]);
    expect([
      await cancelJob(database, started.a3.id, SERVER_ACTOR),
      await cancelJob(database, started.a3.id, SERVER_ACTOR),
    ]).toEqual([true, false]);
    await rename(moved, `${moved}-away`);
    await symlink(study, moved);
    await turn.release();
    await Promise.all(Object.values(started).map(({ finished }) => finished));
    const jobs = await jobsById(
      database,
      Object.values(started).map(({ id }) => id),
    );
    const byId = new Map(jobs.map((job) => [job.id, job]));
    const status = Object.entries(started).map(([name, { id }]) => [name, byId.get(id)?.status]);
    expect(Object.fromEntries(status)).toEqual({
      a1: "SUCCEEDED",
      a2: "SUCCEEDED",
      a3: "CANCELLED",
      a4: "SUCCEEDED",
      swapped: "FAILED",
      b1: "SUCCEEDED",
    });
    expect(byId.get(started.swapped.id)?.message).toContain("The folder is outside the import roots");
    expect(await storedSlugs()).toEqual(["a1", "a2", "a4", "b1"]);
    const order = [...jobs].filter((job) => job.status === "SUCCEEDED");
    order.sort((one, other) => Number(one.finishedAt) - Number(other.finishedAt));
    const nameOf = new Map(Object.entries(started).map(([name, { id }]) => [id, name]));
    expect(order.map(({ id }) => nameOf.get(id))).toEqual(["a1", "b1", "a2", "a4"]);
    expect(runs.map(({ outcome }) => outcome).sort()).toEqual([
      "cancelled",
      "failed",
      "succeeded",
      "succeeded",
      "succeeded",
      "succeeded",
    ]);
    // Another process imports when the server stops.
    const other = await takeImportTurn(fresh.url);
    const waiting = [await start("c1", a), await start("c2", b)];
    await imports.close();
    await other.release();
    const ended = await jobsById(
      database,
      waiting.map(({ id }) => id),
    );
    const stopped = "The server stopped before the work was complete. Try again when the server runs.";
    expect(ended.map(({ status, message }) => [status, message])).toEqual([
      ["FAILED", expect.stringContaining(stopped)],
      ["FAILED", expect.stringContaining(stopped)],
    ]);
    await expect(start("late", a)).rejects.toMatchObject({ code: "SERVER_STOPPING" });
    await watch.close();
  }, 120_000);
});

test("a cancelled precomputation cancels its parts, except those for which a request waits", async () => {
  const { database } = fresh;
  const whole = await createJob(database, "PRECOMPUTE", "all pairs");
  const [idle, awaited] = [
    await createJob(database, "PRECOMPUTE", "a part"),
    await createJob(database, "PRECOMPUTE", "an awaited part"),
  ];
  await database.sql`insert into job_part (whole_id, part_id) select ${whole}, unnest(${[idle, awaited]}::uuid[])`;
  await database.sql`update job set waiting = 1 where id = ${awaited}`;
  expect(await cancelJob(database, whole, SERVER_ACTOR)).toBe(true);
  const statusOf = new Map((await jobsById(database, [whole, idle, awaited])).map(({ id, status }) => [id, status]));
  expect([whole, idle, awaited].map((id) => statusOf.get(id))).toEqual(["CANCELLED", "CANCELLED", "RUNNING"]);
});

describe("an import's process", () => {
  test("stores nothing if its job was cancelled before its transaction ended", async () => {
    const job = await createJob(fresh.database, "IMPORT", "waiting");
    await cancelJob(fresh.database, job, SERVER_ACTOR);
    const weights = await openWeightStore(WEIGHTS);
    await expect(
      importStudy({ database: fresh.database, weights }, { folder: study, slug: "cancelled" }, { job }),
    ).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    await weights.close();
    expect(await storedSlugs()).not.toContain("cancelled");
  });

  test("ends alone, and names the file, if it needs more memory than it may use", async () => {
    const folder = path.join(root, "large");
    const entries = Array.from({ length: 200_000 }, (_, step) => `{"step":${step},"loss":1.5,"grad_norm":0.25}`);
    await writeFiles(folder, {
      "16bit_r2/adapter_config.json": adapterConfig(),
      "16bit_r2/adapter_model.safetensors": safetensors(factorTensors(1)),
      "16bit_r2/trainer_state.json": `{"global_step":1,"log_history":[${entries.join(",")}]}`,
    });
    await expect(runOnce(task("large", folder), { megabytes: 48 })).rejects.toMatchObject({
      code: "IMPORT_TOO_LARGE",
      message: expect.stringMatching(/at 16bit_r2\/trainer_state\.json.*48 MB.*RANKSCOPE_IMPORT_MEGABYTES/) as string,
    });
  });

  test("ends if it makes no progress for too long", async () => {
    await expect(runOnce(task("slow"), { stallSeconds: 0.001 })).rejects.toMatchObject({
      code: "IMPORT_TOO_SLOW",
      message: expect.stringContaining(study) as string,
    });
  });

  test("stores nothing if it is stopped while it reads", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const options = { report: () => stop.abort(reason), signal: stop.signal };
    await expect(runOnce(task("stopped"), {}, options)).rejects.toBe(reason);
    expect((await storedSlugs()).filter((slug) => ["large", "slow", "stopped"].includes(slug))).toEqual([]);
  });

  test("returns errors with their codes", async () => {
    const missing = task("missing", path.join(root, "missing"));
    await expect(runOnce(missing)).rejects.toMatchObject({ code: "FOLDER_NOT_FOUND" });
  });
});
