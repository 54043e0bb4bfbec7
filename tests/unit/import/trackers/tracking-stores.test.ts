import { copyFile, readFile, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { RunLog } from "#src/import/logs/run-log.js";
import { readMlflowDatabase } from "#src/import/mlflow/read-mlflow-database.js";
import { readMlflowRun } from "#src/import/mlflow/read-mlflow-run.js";
import { readSqlite, type SqliteTables } from "#src/import/sqlite/read-sqlite.js";
import { readOptunaDatabase } from "#src/import/trackers/read-optuna-database.js";
import { readTrackioDatabase } from "#src/import/trackers/read-trackio-database.js";
import { readWandbFile } from "#src/import/wandb/read-wandb-file.js";
import { fixtureFile, fixtureFiles } from "../../../support/fixture-file.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

type ReadRuns = (tables: SqliteTables, where: string) => Promise<RunLog[]>;
const database = (read: ReadRuns, ...names: readonly string[]) =>
  readSqlite(fixtureFile(...names), "db", (tables) => read(tables, "db"));

describe("MLflow", async () => {
  const stored = await database(readMlflowDatabase, "mlflow", "mlflow.db");

  test("runs of the database have names, settings and curves with wall times", () => {
    expect(stored.map(({ name }) => name).sort()).toEqual(["4bit_r8_s1", "4bit_r8_s2", "child"]);
    const run = stored.find(({ name }) => name === "4bit_r8_s2");
    expect(run?.settings.get("learning_rate")).toBe("0.0002");
    expect(run?.settings.get("output_dir")).toBe("runs/4bit_r8_s2");
    expect(run?.curves.get("train/loss")).toMatchObject({ steps: [10, 20, 30], values: [2.75, 2.25, 1.75] });
    expect(run?.curves.get("train/loss")?.wallTimes).toHaveLength(3);
    expect(run?.curves.get("eval_loss")?.values).toEqual([NaN]);
    expect(run?.startedAt).toBeGreaterThan(1.7e9);
  });

  test("the file store gives the same as the database", async () => {
    const experiments = (await fixtureFiles("mlflow", "mlruns")).filter((file) => /\/\d{2,}$/.test(file));
    const experiment = path.basename(experiments[0] ?? "");
    const runs = (await fixtureFiles("mlflow", "mlruns", experiment)).filter((file) => /\/[0-9a-f]{32}$/.test(file));
    const read = await Promise.all(runs.map((folder) => readMlflowRun(folder, path.basename(folder))));
    const facts = (log: RunLog) => ({
      settings: [...log.settings].sort(),
      curves: [...log.curves]
        .map(([name, { steps, values }]) => ({ name, steps, values }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    });
    for (const name of ["4bit_r8_s1", "4bit_r8_s2", "child"]) {
      const [fromFiles, fromDatabase] = [read, stored].map((logs) => logs.find((log) => log.name === name));
      expect(fromFiles && facts(fromFiles)).toEqual(fromDatabase && facts(fromDatabase));
    }
  });
});

test("Trackio's runs have settings without its own keys, and curves with wall times", async () => {
  const [run, ...others] = await database(readTrackioDatabase, "trackio", "lora.db");
  expect(others).toEqual([]);
  expect(run?.name).toBe("4bit_r8_s1");
  expect(Object.fromEntries(run?.settings ?? [])).toEqual({
    learning_rate: 2e-4,
    seed: 1,
    load_in_4bit: true,
    lora: { r: 8, alpha: 16 },
  });
  expect(run?.curves.get("train/loss")).toMatchObject({ steps: [10, 20], values: [2.5, 2] });
  expect(run?.curves.get("train/grad_norm")?.values).toEqual([NaN, NaN]);
});

test("Optuna's finished trials are runs; one that still runs is left out", async () => {
  const trials = await database(readOptunaDatabase, "optuna", "optuna.db");
  expect(trials.map(({ name }) => name)).toEqual(["trial-0", "trial-1"]);
  expect(Object.fromEntries(trials[1]?.settings ?? [])).toEqual({
    learning_rate: 1e-4,
    rank: 4,
    optimizer: "sgd",
    output_dir: "runs/trial-1",
  });
  expect(trials[0]?.metrics.get("objective")).toBeCloseTo(1.2, 12);
  expect(trials[0]?.curves.get("objective")).toMatchObject({ steps: [10, 20], values: [3.5, 3] });
});

describe("W&B", () => {
  const file = fixtureFile("wandb", "run-abcd1234.wandb");

  test("an offline run's file gives name, settings, curves and metrics", async () => {
    const run = await readWandbFile(file, "run");
    expect([run.name, run.damage]).toEqual(["4bit_r8_s1", null]);
    expect(run.settings.get("learning_rate")).toBe(2e-4);
    expect(run.settings.get("load_in_4bit")).toBe(true);
    expect(run.settings.get("lora")).toEqual({ r: 8, alpha: 16 });
    expect(run.curves.get("train/loss")).toMatchObject({ steps: [10, 20, 30], values: [2.5, 2, 1.5] });
    expect(run.curves.get("eval/loss")?.values).toEqual([NaN]);
    expect(run.metrics.get("train_loss")).toBe(1.75);
  });

  test("a half-written file is named; the records before its end are kept", async () => {
    const bytes = await readFile(file);
    const half = path.join(await temporaryFolder(), "half.wandb");
    await writeFile(half, bytes.subarray(0, bytes.length - 3));
    const run = await readWandbFile(half, "run");
    expect(run.damage).toMatch(/^an incomplete record at byte \d+$/);
    expect(run.settings.get("seed")).toBe(1);
  });

  test("a file without the header is refused", async () => {
    const other = path.join(await temporaryFolder(), "other.wandb");
    await writeFile(other, "no W&B file");
    await expect(readWandbFile(other, "run")).rejects.toMatchObject({ code: "RUN_LOG_INVALID" });
  });
});

test("a cut database is refused", async () => {
  const file = path.join(await temporaryFolder(), "cut.db");
  await copyFile(fixtureFile("optuna", "optuna.db"), file);
  await truncate(file, 6000);
  await expect(readSqlite(file, "db", (tables) => readOptunaDatabase(tables, "db"))).rejects.toMatchObject({
    code: "DATABASE_INVALID",
  });
});
