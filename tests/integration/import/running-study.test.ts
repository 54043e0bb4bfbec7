import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { importStudy } from "#src/jobs/import/import-study.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../../support/adapter-files.js";
import { freshDatabase } from "../../support/database.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const fresh = freshDatabase();

test("files that a run is still writing are named, and picked up by the next import", async () => {
  const folder = await temporaryFolder();
  const weights = await openWeightStore({ kind: "in-place" });
  const importFolder = () => importStudy({ database: fresh.database, weights }, { folder, slug: "running" });
  const adapter = Buffer.from(safetensors(factorTensors(2, 2, 2)));
  const state = JSON.stringify({
    global_step: 20,
    max_steps: 20,
    log_history: [
      { step: 10, loss: 2 },
      { step: 20, loss: 1 },
    ],
  });
  const table = "name,rank,quantization,training_loss\n16bit_r2,2,16bit,1.25\n4bit_r2,2,4bit,1.5";
  const log = '{"current_steps":5,"loss":2.5}\n{"current_steps":10,"loss":2.0}\n';
  const files = {
    "4bit_r2/adapter_model.safetensors": adapter,
    "4bit_r2/trainer_state.json": Buffer.from(state),
    "4bit_r2/trainer_log.jsonl": Buffer.from(log),
    "results.csv": Buffer.from(table),
  };
  await writeFiles(folder, {
    "16bit_r2/adapter_config.json": adapterConfig(),
    "16bit_r2/adapter_model.safetensors": safetensors(factorTensors(2, 2, 1)),
    "4bit_r2/adapter_config.json": adapterConfig(),
  });
  for (const [file, bytes] of Object.entries(files)) {
    // The table is cut after `1.`, the others within a record.
    const length = file === "results.csv" ? bytes.length - 1 : Math.floor(bytes.length * 0.7);
    await writeFile(path.join(folder, file), bytes.subarray(0, length));
  }

  const first = await importFolder();
  expect(first.outcomes[0].added).toMatchObject({ experiments: 2, checkpoints: 1, curves: 1, metrics: 1 });
  expect(first.findings.filter(({ severity }) => severity !== "info").map(({ code, where }) => [where, code])).toEqual(
    expect.arrayContaining([
      ["4bit_r2/adapter_model.safetensors", "SAFETENSORS_INVALID"],
      ["4bit_r2/trainer_state.json", "TRAINER_STATE_INVALID"],
      ["4bit_r2/trainer_log.jsonl", "FILE_INCOMPLETE"],
      ["results.csv", "FILE_INCOMPLETE"],
    ]),
  );

  for (const [file, bytes] of Object.entries(files)) await writeFile(path.join(folder, file), bytes);
  const second = await importFolder();
  expect(second.outcomes[0]).toMatchObject({
    created: false,
    conflicts: [],
    added: { experiments: 0, checkpoints: 1 },
  });
  expect(second.outcomes[0].added.metrics).toBeGreaterThan(0);
  expect(second.findings.filter(({ severity }) => severity === "error")).toEqual([]);

  const third = await importFolder();
  expect(Object.values(third.outcomes[0].added)).toEqual(Object.values(third.outcomes[0].added).map(() => 0));
  await weights.close();
});
