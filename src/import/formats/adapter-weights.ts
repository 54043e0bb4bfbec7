import path from "node:path";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** Weight files of PEFT, in order of preference. PEFT prefers safetensors too. */
const WEIGHT_FILE_NAMES = [
  "adapter_model.safetensors",
  "adapter_model.safetensors.index.json",
  "adapter_model.bin",
  "adapter_model.bin.index.json",
];

/** Names that huggingface_hub gives to shards. */
const SHARD_NAME = /^adapter_model-\d+-of-\d+\.(safetensors|bin)$/;

/** The weights of a PEFT adapter: one file, or the index of its shards. */
export const ADAPTER_WEIGHTS: ResultFormat<RunEvidence> = {
  name: "PEFT weights",
  gives: ["adapterWeights"],
  recognises: (fileName) => WEIGHT_FILE_NAMES.includes(fileName),
  read({ where }) {
    const fileName = path.posix.basename(where);
    const weights = {
      source: {
        file: where,
        form: fileName.startsWith("adapter_model.safetensors") ? ("safetensors" as const) : ("torch" as const),
        isIndex: fileName.endsWith(".index.json"),
      },
      preference: WEIGHT_FILE_NAMES.indexOf(fileName),
    };
    return Promise.resolve([{ kind: "adapterWeights", weights }]);
  },
};

/** One shard of a PEFT adapter. It is read through its index. */
export const ADAPTER_SHARD: ResultFormat<RunEvidence> = {
  name: "shard of PEFT weights",
  gives: ["weightShard"],
  recognises: (fileName) => SHARD_NAME.test(fileName),
  read: () => Promise.resolve([{ kind: "weightShard" }]),
};
