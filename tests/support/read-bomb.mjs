// Reads files as an import does, in a process with little memory. Each message names a reader and a file; the reply has the result
// and the largest amount of memory that the process has used so far.
import path from "node:path";
import { withFile } from "#src/files/open-file.js";
import { readAdapterConfig } from "#src/import/formats/adapter-config.js";
import { TABLE_FORMATS } from "#src/import/formats/result-formats.js";
import { readSafetensorsHeader } from "#src/import/tensors/read-safetensors-header.js";
import { readTorchTensors } from "#src/import/tensors/read-torch-tensors.js";
import { readTrainerState } from "#src/import/formats/trainer-state.js";
import { readWeightIndex } from "#src/import/tensors/read-weight-index.js";

async function readTable(file) {
  const format = TABLE_FORMATS.find(({ recognises }) => recognises(file));
  const [{ table }] = await format.read({ path: file, where: "bomb" });
  return table;
}

const READERS = {
  safetensors: (file) => withFile(file, "bomb", (opened) => readSafetensorsHeader(opened, "bomb")),
  torch: (file) => withFile(file, "bomb", (opened) => readTorchTensors(opened, "bomb")),
  table: (file) => readTable(file),
  state: (file) => readTrainerState(file, "bomb"),
  config: (file) => readAdapterConfig(file, "bomb"),
  index: (file) => readWeightIndex(file, "bomb", (shard) => path.join(path.dirname(file), shard)),
};

process.on("message", async ({ reader, file }) => {
  const code = await READERS[reader](file).then(
    ({ kind = "read" }) => kind,
    (error) => error.code ?? String(error),
  );
  process.send({ code, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) });
});
