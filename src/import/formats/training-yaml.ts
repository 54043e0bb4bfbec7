import { settingsOfObject } from "../settings/settings-of-object.js";
import type { SettingSource } from "../settings/setting-sources.js";
import { readYamlFile } from "../yaml/parse-yaml.js";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** Configurations of Axolotl, LLaMA-Factory and other trainers as YAML. The tool is recognised by its keys. */
export const TRAINING_YAML: ResultFormat<RunEvidence> = {
  name: "training configuration (YAML)",
  gives: ["settings"],
  recognises: (fileName, where) =>
    /\.ya?ml$/.test(fileName) && !fileName.startsWith("rankscope.") && !OTHER_TOOLS.test(where),
  async read(file) {
    const config = await readYamlFile(file.path, file.where);
    const source = sourceOf(config);
    if (source === undefined) return [];
    return [{ kind: "settings", source, settings: settingsOfObject(config) }];
  },
};

/** Files of tools whose YAML is not a training configuration. */
const OTHER_TOOLS =
  /(?:^|\/)(?:\.github|mlruns|wandb|node_modules|docker-compose\.ya?ml|environment\.ya?ml|conda\.ya?ml|MLmodel)(?:\/|$)/;

/** Returns the tool that has keys like these; undefined if the file does not configure a training. */
function sourceOf(config: unknown): SettingSource | undefined {
  if (typeof config !== "object" || config === null || Array.isArray(config)) return undefined;
  const has = (...keys: string[]): boolean => keys.some((key) => Object.hasOwn(config, key));
  if (has("base_model") && has("micro_batch_size", "adapter", "sequence_len", "datasets")) return "axolotl";
  if (
    has("model_name_or_path", "train.model_name", "top.model_name") &&
    has("finetuning_type", "stage", "template", "top.finetuning_type")
  ) {
    return "llamaFactory";
  }
  // Keys of any trainer: two of them make a table of addresses or of dependencies unlikely.
  const known = [
    "learning_rate",
    "lr",
    "seed",
    "lora_r",
    "lora_rank",
    "lora_alpha",
    "load_in_4bit",
    "batch_size",
    "epochs",
    "model",
  ];
  const count = known.filter((key) => has(key)).length;
  return count >= 2 || has("training", "lora_parameters", "lora") ? "trainerConfiguration" : undefined;
}
