import { changesBaseWeights } from "../../model/base-initialisation.js";
import type { FindingCode } from "../../model/records.js";

/** A field of a configuration that matters for the interpretation of its updates. */
export interface ConfigNote {
  readonly code: FindingCode;
  readonly message: string;
}

/** Fields with which the update is not scaling * B * A of a layer's inputs and outputs, with the reason. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  target_parameters: "packed experts: A and B hold the factors of all experts of a parameter",
  use_qalora: "QA-LoRA: A acts on pooled inputs",
  use_bdlora: "BD-LoRA: a factor is block-diagonal and stored packed",
  kasa_config: "KaSA: a diagonal lies between B and A, and the base weights were changed",
  monteclora_config: "MonteCLoRA: a random part belongs to the update",
  arrow_config: "Arrow: a router chooses among several adapters",
};

/** Returns the variant that cannot be compared; undefined if there is none. */
export function unsupportedVariant(config: Readonly<Record<string, unknown>>): string | undefined {
  const field = Object.keys(UNSUPPORTED).find((name) => isUsed(config[name]));
  return field === undefined ? undefined : `${field} (${UNSUPPORTED[field]})`;
}

/** Initialisations of PEFT that do not change the base weights. */
const KEEPS_BASE = /^(true|false|gaussian|eva|orthogonal|mica)$/i;

/** Returns notes on fields that matter beyond the update itself. */
export function configNotes(config: Readonly<Record<string, unknown>>, initLoraWeights: string): ConfigNote[] {
  const notes: ConfigNote[] = [];
  if (changesBaseWeights(initLoraWeights)) {
    const message =
      `init_lora_weights is ${initLoraWeights}: the first B A was subtracted from the base weights, so B A is not the change ` +
      "that training made, and two such runs are similar because of their start. Save with " +
      "path_initial_model_for_weight_conversion to compare what they learned.";
    notes.push({ code: "BASE_WEIGHTS_CHANGED", message });
  } else if (!KEEPS_BASE.test(initLoraWeights)) {
    const message = `init_lora_weights is ${initLoraWeights}, an unknown initialisation. It may change the base weights.`;
    notes.push({ code: "CONFIG_FIELD_UNKNOWN", message });
  }
  if (isUsed(config["alora_invocation_tokens"])) {
    const message = "alora_invocation_tokens is set: the update acts only on the tokens after the invocation.";
    notes.push({ code: "UPDATE_NOT_ALWAYS_APPLIED", message });
  }
  if (isUsed(config["layer_replication"])) {
    const message = "layer_replication is set: layer numbers are those of the replicated model, not of the base model.";
    notes.push({ code: "LAYERS_REPLICATED", message });
  }
  const unknown = Object.keys(config).filter((name) => !KNOWN.has(name) && isUsed(config[name]));
  if (unknown.length > 0) {
    const message = `${unknown.join(", ")} of adapter_config.json is unknown. If it changes the update, comparisons do not include that.`;
    notes.push({ code: "CONFIG_FIELD_UNKNOWN", message });
  }
  return notes;
}

/** The fields of LoraConfig up to PEFT 0.21. They are read, noted, refused, or do not change the saved weights. */
const KNOWN = new Set([
  "peft_type",
  "peft_version",
  "auto_mapping",
  "base_model_name_or_path",
  "revision",
  "task_type",
  "inference_mode",
  "r",
  "lora_alpha",
  "lora_dropout",
  "use_rslora",
  "use_dora",
  "fan_in_fan_out",
  "bias",
  "lora_bias",
  "target_modules",
  "exclude_modules",
  "layers_to_transform",
  "layers_pattern",
  "modules_to_save",
  "rank_pattern",
  "alpha_pattern",
  "init_lora_weights",
  "ensure_weight_tying",
  "trainable_token_indices",
  "loftq_config",
  "eva_config",
  "corda_config",
  "lora_ga_config",
  "velora_config",
  "runtime_config",
  "megatron_config",
  "megatron_core",
  "qalora_group_size",
  "alora_invocation_tokens",
  "layer_replication",
  ...Object.keys(UNSUPPORTED),
]);

/** Returns whether a field has a value other than null, false, "", 0, [] and {}. */
function isUsed(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
