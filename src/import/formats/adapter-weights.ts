import path from "node:path";
import { WEIGHT_FILE_NAMES, type SaveFiles } from "../folder/classify-files.js";
import type { Findings } from "../findings.js";

/** The file to read a save's weights by, relative to the study's folder. */
export interface WeightSource {
  readonly file: string;
  readonly form: "safetensors" | "torch";
  /** Whether it is the index of a sharded adapter. */
  readonly isIndex: boolean;
}

/** Which of a save's weight files is read; undefined where there is none. What is left unread is among the findings. */
export function weightSource({ weights = {}, shards = [] }: SaveFiles, findings: Findings): WeightSource | undefined {
  const [name, ...unread] = WEIGHT_FILE_NAMES.filter((known) => weights[known] !== undefined);
  const file = name && weights[name];
  if (name === undefined || file === undefined) {
    const [shard] = shards;
    if (shard !== undefined) {
      const message = `${shards.length} shards have no index (adapter_model.safetensors.index.json) beside them and were not read`;
      findings.add("warning", "SHARDS_WITHOUT_INDEX", path.posix.dirname(shard), message);
    }
    return undefined;
  }
  if (unread.length > 0) {
    const message = `was taken; ${unread.join(" and ")} beside it ${unread.length > 1 ? "were" : "was"} not read`;
    findings.add("info", "OTHER_WEIGHTS_NOT_READ", file, message);
  }
  return {
    file,
    form: name.startsWith("adapter_model.safetensors") ? "safetensors" : "torch",
    isIndex: name.endsWith(".index.json"),
  };
}
