import { expect, test } from "vitest";
import { commandProcess } from "../support/command-process.js";
import { studyDatabase } from "../support/study-database.js";

const stored = studyDatabase("reference-study");
const runCommand = commandProcess();
const RUN = "reference-study/4bit_r8_s0";
const run = (...args: string[]) => runCommand(["set", ...args], stored.environment);

test("settings are stated, listed, and withdrawn", async () => {
  const set = await run(RUN, "seed=11", "learning_rate=2e-4", "note=second attempt", 'target_modules=["a","b"]');
  expect(set.code).toBe(2);
  expect(set.stderr).toContain("adapter_config.json");
  const stated = await run(RUN, "seed=11", "learning_rate=2e-4", "note=second attempt");
  expect(stated.code).toBe(0);
  expect(stated.stdout).toMatch(/4bit_r8_s0: QLORA, 4bit nf4, seed 11/);
  expect(stated.stdout).toMatch(/^seed +11 +0 /m);
  expect(stated.stdout).toMatch(/^note +"second attempt" +- /m);
  expect(stated.stderr).toContain("seed is 11 as a person states it, and 0 in");
  const json = await run(RUN, "--clear", "seed", "note", "learning_rate", "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({ experiment: { name: "4bit_r8_s0", seed: 0 }, contradictions: [] });
});

test.each([
  ["no settings", [RUN], 2, "name=value"],
  ["a word without =", [RUN, "seed"], 2, "name=value"],
  ["a run without its study", ["4bit_r8_s0", "seed=1"], 2, "study/experiment"],
  ["an unknown run", ["reference-study/none", "seed=1"], 3, "EXPERIMENT_NOT_FOUND"],
  ["a value of another type", [RUN, "seed=x"], 2, "a whole number"],
])("%s: the reason is on standard error", async (_, args, code, message) => {
  const ended = await run(...args);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(message);
});
