import { mkdtempSync, realpathSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { commandProcess } from "../support/command-process.js";
import { freshDatabase } from "../support/database.js";

const fresh = freshDatabase();
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "rankscope-evalset-")));
afterAll(() => rm(folder, { recursive: true }));
const runCommand = commandProcess();
const run = (...args: string[]) => runCommand(["evalset", ...args], { DATABASE_URL: fresh.url });

const file = path.join(folder, "items.jsonl");

test("a set is registered by its content, listed, replaced and removed", async () => {
  expect((await run("list")).stdout).toContain("rankscope evalset add NAME FILE");
  await writeFile(file, '{"text": "one two"}\n{"prompt": "three", "completion": " four"}\n{"input_ids": [1, 2, 3]}\n');
  const added = await run("add", "mixed", file);
  expect(added).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Registered mixed: 3 items, 17 characters, 3 tokens\./),
  });
  // Spaces and other members do not change the items.
  await writeFile(
    file,
    '{"id": 1, "text":"one two"}\n\n{"completion":" four","prompt":"three"}\n{"input_ids":[1,2,3]}\n',
  );
  expect((await run("add", "mixed", file)).stdout).toMatch(/^Already registered, with the same items: mixed/);
  await writeFile(file, '{"text": "other"}\n');
  expect((await run("add", "mixed", file)).stdout).toMatch(/^Replaced the items of mixed: 1 items, 5 characters/);
  const listed = JSON.parse((await run("list", "--json")).stdout) as object[];
  expect(listed).toMatchObject([{ name: "mixed", items: 1, path: file, ownDataOf: [], kinds: { TEXT: 1 } }]);
  expect((await run("list")).stdout).toContain("1 TEXT");
  expect(await run("remove", "mixed")).toMatchObject({ code: 0 });
  expect((await run("list", "--json")).stdout.trim()).toBe("[]");
});

test.each([
  ["a missing file", ["add", "a", path.join(folder, "none.jsonl")], 1, "FILE_UNREADABLE"],
  ["a name that is an option's value", ["add", " a", file], 2, "letters, digits"],
  ["a study that does not exist", ["add", "a", file, "--eval-data-of", "none"], 3, "STUDY_NOT_FOUND"],
  ["an unknown set", ["remove", "none"], 3, "EVALUATION_SET_NOT_FOUND"],
])("%s: the reason is on standard error", async (_, args, code, message) => {
  const ended = await run(...args);
  expect(ended).toMatchObject({ code, stderr: expect.stringContaining(message) });
});
