import { z } from "zod";
import { failure } from "../../errors.js";
import { configNotes, unsupportedVariant, type ConfigNote } from "../adapter/config-variants.js";
import { MAX_ADAPTER_CONFIG_BYTES } from "../limits.js";
import { parseJson } from "../json/parse-json.js";
import { readTextFile } from "../folder/read-text-file.js";
import type { AdapterSettings } from "../../model/records.js";

/** What one adapter_config.json says. */
export interface AdapterConfig {
  readonly baseModel: string | null;
  readonly settings: AdapterSettings;
  /** What it says beyond the update itself. */
  readonly notes: readonly ConfigNote[];
}

const pattern = z.record(z.string(), z.number().positive()).nullish();

/** The fields of PEFT's LoraConfig that are used here; the rest may be anything. */
const LoraConfig = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullish(),
  revision: z.string().nullish(),
  task_type: z.string().nullish(),
  r: z.number().int().positive(),
  lora_alpha: z.number(),
  lora_dropout: z.number().nullish(),
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  fan_in_fan_out: z.boolean().nullish(),
  bias: z.string().nullish(),
  // A list, one name, or a regular expression.
  target_modules: z.union([z.array(z.string()), z.string()]).nullish(),
  rank_pattern: pattern,
  alpha_pattern: pattern,
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
  modules_to_save: z.union([z.array(z.string()), z.string()]).nullish(),
  lora_bias: z.boolean().nullish(),
});

/**
 * Reads an adapter_config.json.
 *
 * @throws ADAPTER_CONFIG_INVALID, ADAPTER_TYPE_UNSUPPORTED, FILE_UNREADABLE, FILE_TOO_LARGE
 */
export async function readAdapterConfig(path: string, where: string): Promise<AdapterConfig> {
  const text = await readTextFile(path, where, MAX_ADAPTER_CONFIG_BYTES);
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw failure("ADAPTER_CONFIG_INVALID", { where, received: (cause as Error).message, allowed: "JSON", cause });
  }
  const type = z.object({ peft_type: z.string() }).safeParse(json);
  if (type.success && type.data.peft_type !== "LORA") {
    throw failure("ADAPTER_TYPE_UNSUPPORTED", { where, received: `peft_type ${type.data.peft_type}`, allowed: "LORA" });
  }
  const parsed = LoraConfig.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join(".") || "the file";
    throw failure("ADAPTER_CONFIG_INVALID", { where: `${where}, ${field}`, received: issue?.message });
  }
  const config = parsed.data;
  const variant = unsupportedVariant(config);
  if (variant !== undefined) {
    throw failure("ADAPTER_TYPE_UNSUPPORTED", { where, received: variant, allowed: "an update of scaling * B * A" });
  }
  const initLoraWeights = String(config.init_lora_weights ?? true);
  return {
    baseModel: config.base_model_name_or_path || null,
    settings: {
      r: config.r,
      loraAlpha: config.lora_alpha,
      useRslora: config.use_rslora ?? false,
      useDora: config.use_dora ?? false,
      fanInFanOut: config.fan_in_fan_out ?? false,
      loraDropout: config.lora_dropout ?? 0,
      bias: config.bias ?? "none",
      targetModules: names(config.target_modules),
      rankPattern: config.rank_pattern ?? {},
      alphaPattern: config.alpha_pattern ?? {},
      initLoraWeights,
      modulesToSave: names(config.modules_to_save),
      loraBias: config.lora_bias ?? false,
      revision: config.revision ?? null,
      taskType: config.task_type ?? null,
    },
    notes: configNotes(config, initLoraWeights),
  };
}

/** PEFT writes a set, in no order: sorted, equal settings are equal. */
function names(value: readonly string[] | string | null | undefined): string[] {
  return typeof value === "string" ? [value] : [...(value ?? [])].sort();
}
