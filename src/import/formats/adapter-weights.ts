import path from "node:path";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** Weight files of PEFT, MLX-LM and torchtune, in order of preference. PEFT prefers safetensors too. */
const WEIGHT_FILE_NAMES = [
  "adapter_model.safetensors",
  "adapter_model.safetensors.index.json",
  "adapter_model.bin",
  "adapter_model.bin.index.json",
  "adapters.safetensors",
  // torchtune writes it beside the files of PEFT, or alone for models that it does not convert.
  "adapter_model.pt",
];

/** MLX-LM's saves during training lie beside the last one: `0000100_adapters.safetensors`. */
const STEP_NAME = /^(\d{1,9})_adapters\.safetensors$/;

/** torchtune's saves before version 0.5, one per epoch: `adapter_0.pt`. */
const EPOCH_NAME = /^adapter_(\d{1,9})\.pt$/;

/** Names that huggingface_hub gives to shards. */
const SHARD_NAME = /^adapter_model-\d+-of-\d+\.(safetensors|bin)$/;

/** The weights of an adapter of PEFT, MLX-LM or torchtune: one file, or the index of its shards. */
export const ADAPTER_WEIGHTS: ResultFormat<RunEvidence> = {
  name: "adapter weights",
  gives: ["adapterWeights"],
  recognises: (fileName) =>
    WEIGHT_FILE_NAMES.includes(fileName) || STEP_NAME.test(fileName) || EPOCH_NAME.test(fileName),
  read({ where }) {
    const fileName = path.posix.basename(where);
    const step = STEP_NAME.exec(fileName)?.[1];
    const epoch = EPOCH_NAME.exec(fileName)?.[1];
    const weights = {
      source: {
        file: where,
        form: /\.safetensors(\.index\.json)?$/.test(fileName) ? ("safetensors" as const) : ("torch" as const),
        isIndex: fileName.endsWith(".index.json"),
      },
      preference: WEIGHT_FILE_NAMES.indexOf(fileName),
      step: step === undefined ? null : Number(step),
      epoch: epoch === undefined ? null : Number(epoch),
      config: null,
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
