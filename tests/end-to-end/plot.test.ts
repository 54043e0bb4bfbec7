import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectSpecification } from "../support/plot-schema.js";
import { commandProcess } from "../support/command-process.js";
import { rankscope } from "../support/rankscope.js";
import { FIXTURE_STUDY } from "../support/shared-study.js";
import { studyDatabase } from "../support/study-database.js";

const slug = "tiny-lora-vs-qlora";
const stored = studyDatabase(slug);
const runCommand = commandProcess();

let data: string;
beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), "rankscope-plot-"));
});
afterAll(() => rm(data, { recursive: true }));

const plot = (...args: string[]) => runCommand(["plot", ...args], stored.environment);

test("computes missing results, and prints the numbers", async () => {
  // As separate processes, on an embedded PostgreSQL, with a worker that computes the plot's values.
  const environment = { RANKSCOPE_DATA: data };
  const imported = await rankscope(["import", FIXTURE_STUDY, "--slug", "tiny"], environment);
  expect(imported.code, imported.stderr).toBe(0);
  const args = ["plot", "tiny", "weight-similarity", "--rank", "4", "--format", "csv"];
  const { code, stdout, stderr } = await rankscope(args, environment);
  expect(code, stderr).toBe(0);
  const rows = parse<Record<string, string>>(stdout, { columns: true });
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    const cosine = Number(row["cosine_similarity"]);
    expect([row["rank"], cosine > -1 && cosine <= 1 && cosine !== 0]).toEqual(["4", true]);
  }
}, 120_000);

test("writes a file, and states its format", async () => {
  const png = path.join(data, "picture.png");
  const drawn = await plot(
    slug,
    "rank-threshold",
    "--format",
    "png",
    "--theme",
    "dark",
    "--set",
    "metric=eval_loss",
    "--out",
    png,
  );
  expect(drawn).toMatchObject({ code: 0, stdout: `${png}: Eval loss and degradation by rank: 16bit and 4bit\n` });
  expect((await readFile(png)).subarray(1, 4).toString()).toBe("PNG");
  const json = path.join(data, "picture.vl.json");
  expect((await plot(slug, "loss-curves", "--format", "vl.json", "--out", json)).code).toBe(0);
  expectSpecification(JSON.parse(await readFile(json, "utf8")) as object);
}, 120_000);

test("names the invalid argument", async () => {
  for (const [args, expected, message] of [
    [[slug, "nope"], 2, /ARGUMENT_INVALID: .*memory-comparison/],
    [["nobody", "rank-threshold"], 3, /STUDY_NOT_FOUND/],
    [[slug, "rank-threshold", "--set", "colour=red"], 2, /ARGUMENT_INVALID: .*"colour"; allowed: .*thresholdPercent/],
  ] as const) {
    const { code, stderr, stdout } = await plot(...args);
    expect([code, stdout]).toEqual([expected, ""]);
    expect(stderr).toMatch(message);
  }
  expect((await plot(slug, "rank-threshold", "--format", "gif")).code).toBe(2);
}, 120_000);
