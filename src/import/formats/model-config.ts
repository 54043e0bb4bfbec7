import { failure } from "../../errors.js";
import { readTextFile } from "../folder/read-bounded.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { MAX_SETTINGS_FILE_BYTES } from "../limits.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import type { RunEvidence } from "./evidence.js";
import type { Setting } from "../settings/setting.js";
import type { ResultFormat } from "./result-format.js";

/** Settings of a model's configuration that say something of the run. Others, such as its dropout, belong to the architecture. */
const FIELDS = new Set(["bits", "scheme", "double_quantization"]);

/** config.json of the model beside the adapter, and the configurations of its quantization. */
export const MODEL_CONFIG: ResultFormat<RunEvidence> = {
  name: "config.json",
  gives: ["settings"],
  recognises: (fileName) => /^(?:config|quantization_config|quantize_config|quant_config)\.json$/.test(fileName),
  async read({ path, where }) {
    const text = await readTextFile(path, where, MAX_SETTINGS_FILE_BYTES);
    const config = parse(text, where);
    const ofModel = quantizationOfConfig(config, where);
    const ofTraining = isOfTraining(config) ? settingsOfObject(config) : [];
    return [
      { kind: "settings", source: "runConfiguration", settings: ofModel },
      ...(ofTraining.length === 0
        ? []
        : [{ kind: "settings", source: "trainerConfiguration", settings: ofTraining } as const]),
    ];
  },
};

function parse(text: string, where: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (cause) {
    throw failure("SETTINGS_FILE_INVALID", { where, received: (cause as Error).message, allowed: "JSON", cause });
  }
}

/** A config.json without a quantization_config says nothing: it is copied from a base model that may be quantized on loading. */
function quantizationOfConfig(config: unknown, where: string): Setting[] {
  if (typeof config !== "object" || config === null) return [];
  const members = config as Readonly<Record<string, unknown>>;
  const isModel = where.endsWith("config.json") && !/quant\w*_config\.json$/.test(where);
  const nested = members["quantization_config"] ?? members["quantization"];
  if (isModel && nested === undefined) return [];
  return settingsOfObject(isModel ? { quantization_config: nested } : config).filter(({ field }) => FIELDS.has(field));
}

/** Returns whether a config.json has the arguments of somebody's script, not the architecture of a model. */
function isOfTraining(config: unknown): boolean {
  if (typeof config !== "object" || config === null || Array.isArray(config)) return false;
  if ("model_type" in config || "architectures" in config) return false;
  const fields = new Set(settingsOfObject(config).map(({ field }) => field));
  return (
    ["learning_rate", "lora_rank", "batch_size", "epochs", "base_model", "seed"].filter((f) => fields.has(f)).length >=
    2
  );
}
