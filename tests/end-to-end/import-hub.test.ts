import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { adapterConfig, factorTensors, safetensors } from "../support/adapter-files.js";
import { commandProcess } from "../support/command-process.js";
import { freshDatabase } from "../support/database.js";
import { hubRepositoryWith } from "../support/hub-repository.js";

const fresh = freshDatabase();
const cache = realpathSync(mkdtempSync(path.join(tmpdir(), "rankscope-hub-cache-")));
afterAll(() => rm(cache, { recursive: true }));
const runCommand = commandProcess();
const run = (...args: string[]) =>
  runCommand(args, {
    DATABASE_URL: fresh.url,
    HF_HUB_CACHE: cache,
    RANKSCOPE_WEIGHTS: path.join(cache, "weights"),
  });

test("an adapter of the hub's cache is imported by its address in a terminal, and nothing is downloaded", async () => {
  const files = {
    "adapter_config.json": adapterConfig(),
    "adapter_model.safetensors": safetensors(factorTensors(1)),
  };
  await hubRepositoryWith(cache, "team/16bit_r2", { main: files });
  const imported = await run("import", "hf://team/16bit_r2");
  expect(imported.code, imported.stderr).toBe(0);
  expect(imported.stdout).toContain("16bit-r2");
  const [study] = await fresh.database.sql<{ slug: string; runs: number }[]>`
    select slug, (select count(*)::int from experiment where study_id = study.id) as runs from study`;
  expect(study).toEqual({ slug: "16bit-r2", runs: 1 });

  const missing = await run("import", "hf://team/none");
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain("hf download team/none");
});
