import path from "node:path";
import fc from "fast-check";
import { readFolder } from "#src/import/read-folder.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../support/adapter-files.js";
import { fuzz, readOrRefused } from "../support/fuzz.js";
import { mutated } from "../support/mutations.js";

const FILES: Record<string, string | Uint8Array> = {
  "results.csv": "run,rank,training_loss\n16bit_r2,2,1.5\n4bit_r2,2,1.6\n",
  "more.json": JSON.stringify([{ run: "16bit_r2", eval_loss: 1.25 }]),
  "16bit_r2/adapter_config.json": adapterConfig(),
  "16bit_r2/adapter_model.safetensors": safetensors(factorTensors(2)),
  "16bit_r2/trainer_state.json": JSON.stringify({ global_step: 2, log_history: [{ step: 1, loss: 1 }] }),
  "4bit_r2/checkpoint-2/adapter_config.json": adapterConfig({ rank_pattern: { c_attn: 2 } }),
  "4bit_r2/checkpoint-2/adapter_model.safetensors": safetensors(factorTensors(2, 2, 3)),
};
const changes = fc.uniqueArray(
  fc
    .constantFrom(...Object.keys(FILES))
    .chain((name) => fc.tuple(fc.constant(name), mutated(fc.constant(FILES[name] ?? "")))),
  { minLength: 1, maxLength: 3, selector: ([name]) => name },
);

// Each case is a whole import: a twentieth of the cases take as long as all of a single parser's.
fuzz(
  "a folder with any of its files changed is imported or refused",
  changes,
  async (changed, file) => {
    const folder = path.dirname(await file(""));
    await writeFiles(folder, { ...FILES, ...Object.fromEntries(changed) });
    await readOrRefused(() => readFolder(folder));
  },
  { share: 1 / 20, fileName: "ignored.txt" },
);
