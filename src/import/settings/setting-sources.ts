/**
 * Sources of settings, the most trusted first. If two sources contradict each other, the first one wins. A person's word comes
 * first and names come last; a record of the run itself comes before a table that somebody made of many runs.
 */
const SETTING_SOURCES = [
  /** `rankscope.yaml`, which a person writes. */
  "person",
  /** Files that belong to the weights: config.json, quantization_config.json, adapter_config.json. */
  "runConfiguration",
  "modelCard",
  "axolotl",
  "llamaFactory",
  /** training_args.bin */
  "trainingArguments",
  /** Configurations of other trainers: torchtune, MLX-LM. */
  "trainerConfiguration",
  "tensorBoard",
  "wandb",
  "mlflow",
  "hydra",
  "optuna",
  /** Logs and closing figures of a trainer. */
  "trainingLog",
  "table",
  "baseModelName",
  "runName",
  "assumption",
] as const;

export type SettingSource = (typeof SETTING_SOURCES)[number];

/** Position of a source in the order of trust: 0 is the most trusted. */
export function trustRank(source: SettingSource): number {
  return SETTING_SOURCES.indexOf(source);
}
