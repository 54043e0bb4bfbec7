// Reads one file as an import does, in a process with little memory, and prints the result and the memory used.
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
  index: (file) => readWeightIndex(file, "bomb"),
};
const [reader, file] = process.argv.slice(2);
const code = await READERS[reader](file).then(
  ({ kind = "read" }) => kind,
  (error) => error.code ?? String(error),
);
process.stdout.write(JSON.stringify({ code, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) }));
