import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { cp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { commandProcess } from "../support/command-process.js";
import { freshDatabase } from "../support/database.js";
import { hubRepositoryWith } from "../support/hub-repository.js";
import { fixtureFolder } from "../support/model-fixtures.js";

const fresh = freshDatabase();
const cache = realpathSync(mkdtempSync(path.join(tmpdir(), "rankscope-model-cache-")));
afterAll(() => rm(cache, { recursive: true }));
const runCommand = commandProcess();
const run = (...args: string[]) => runCommand(args, { DATABASE_URL: fresh.url, HF_HUB_CACHE: cache });

function filesOf(fixture: string): Record<string, Uint8Array> {
  const folder = fixtureFolder(fixture);
  const names = readdirSync(folder).filter((name) => /^(?:config|model)/.test(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(folder, name))]));
}

test("a model is registered from the hub's cache, listed, checked and removed", async () => {
  expect((await run("models")).stdout).toContain("rankscope model add FOLDER");
  const repository = await hubRepositoryWith(cache, "org/Tiny-Llama", { main: filesOf("llama-sharded") });
  const added = await run("model", "add", "hf://org/Tiny-Llama");
  expect(added).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Registered org\/Tiny-Llama: llama, [\d,]+ param/),
  });
  expect(added.stdout).toContain("no tokenizer.json");
  expect(added.stderr).toContain("hashing base models (5 files)");
  const listed = JSON.parse((await run("models", "--check", "--json")).stdout);
  expect(listed).toMatchObject([{ names: ["org/Tiny-Llama"], architecture: "llama", state: "unchanged" }]);
  // The weights have the names of the snapshot, and lie in the blobs.
  const shard = "model-00002-of-00003.safetensors";
  const hash = createHash("sha256")
    .update(readFileSync(path.join(fixtureFolder("llama-sharded"), shard)))
    .digest("hex");
  expect(listed[0].files).toContainEqual(
    expect.objectContaining({ name: shard, hash, path: path.join(repository, "blobs", hash) }),
  );
  // A snapshot's own folder is the same model.
  const again = await run("model", "add", listed[0].folder);
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Already registered, now as org/Tiny-Llama"),
  });
  await writeFile(path.join(repository, "blobs", hash), "changed");
  const changed = await run("models", "--check");
  expect(changed.code).toBe(1);
  expect(changed.stdout).toContain("7 bytes");
  expect(await run("model", "remove", "org/Tiny-Llama")).toMatchObject({ code: 0 });
  expect((await run("models", "--json")).stdout.trim()).toBe("[]");
});

test.each([
  ["a folder without a model", ["add", cache], 1, "MODEL_CONFIG_INVALID"],
  ["a missing folder", ["add", path.join(cache, "none")], 1, "FOLDER_NOT_FOUND"],
  ["a missing repository", ["add", "hf://org/none"], 1, "hf download org/none"],
  ["an empty name", ["add", cache, "--name", " "], 2, "base_model_name_or_path"],
  ["an unknown model", ["remove", "org/none"], 3, "MODEL_NOT_FOUND"],
])("%s: the reason is on standard error", async (_, args, code, message) => {
  const ended = await run("model", ...args);
  expect(ended).toMatchObject({ code, stderr: expect.stringContaining(message) });
});

test("a name of two models is removed by id only", async () => {
  for (const fixture of ["gpt2", "qwen2"]) {
    const folder = path.join(cache, fixture);
    await cp(fixtureFolder(fixture), folder, { recursive: true });
    expect((await run("model", "add", folder, "--name", "org/same")).code).toBe(0);
  }
  const ambiguous = await run("model", "remove", "org/same");
  expect(ambiguous.code).toBe(2);
  const id = /one id: (\S+),/.exec(ambiguous.stderr)?.[1] ?? "";
  expect((await run("model", "remove", id)).code).toBe(0);
  expect((await run("model", "remove", "org/same")).code).toBe(0);
});
