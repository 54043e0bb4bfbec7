import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandProcess } from "../support/command-process.js";
import { freshDatabase } from "../support/database.js";
import { type Ended } from "../support/rankscope.js";

/** Clears the screen, in 7 and in 8 bits, returns to the line's start, and reverses the text that follows. */
const ATTACK = "\u001b[2J\u009b2J\r\u202e";

const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const TABLE = ["experiment_name,quantization,rank,model_name,training_loss"]
  .concat(
    ["16bit", "4bit"].map((quantization) => `"${quantization}_r8${ATTACK}",${quantization},8,"model${ATTACK}",2.5`),
  )
  .join("\n");

describe("a study whose names have control characters", () => {
  const fresh = freshDatabase();
  let folder = "";
  const runCommand = commandProcess();
  const run = (...args: string[]) =>
    runCommand(args, { DATABASE_URL: fresh.url, RANKSCOPE_DATA: path.join(folder, "data") });
  let imported: Ended;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "rankscope-test-"));
    await writeFile(path.join(folder, "results.csv"), TABLE);
    imported = await run("import", folder, "--slug", "attack", "--name", `Study ${ATTACK}`);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("can be imported, and its findings show the characters as escapes", () => {
    expect(imported.code, imported.stderr).toBe(0);
    expect(imported.stdout + imported.stderr).not.toMatch(OBEYED);
  });

  test.each([
    [["studies"]],
    [["studies", "--json"]],
    [["report", "attack"]],
    [["report", "attack", "--format", "markdown"]],
    [["report", "attack", "--json"]],
    [["compare", "attack"]],
    [["watch"]],
    [["compare", `attack/${ATTACK}`]],
  ])("%j prints them as escapes", async (args) => {
    const { stdout, stderr } = await run(...args);
    expect(stdout + stderr).not.toBe("");
    expect(stdout + stderr).not.toMatch(OBEYED);
    if (args[0] === "report") expect(stdout).toContain("\\u001b");
  });
});
