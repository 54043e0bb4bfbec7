import { z } from "zod";
import { failure, RankscopeError } from "../../errors.js";
import type { AdapterSettings } from "../../model/records.js";
import { configNotes, unsupportedVariant } from "../adapter/config-variants.js";
import { readTextFile } from "../folder/read-bounded.js";
import { parseJson } from "../json/parse-json.js";
import { MAX_ADAPTER_CONFIG_BYTES, MAX_LOGGED_NAME_CHARACTERS } from "../limits.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import type { AdapterConfig, RunEvidence } from "./evidence.js";
import { isMlxConfig, mlxAdapterConfig } from "./mlx-config.js";
import type { ResultFormat } from "./result-format.js";

/** adapter_config.json of PEFT and of MLX-LM. */
export const ADAPTER_CONFIG: ResultFormat<RunEvidence> = {
  name: "adapter_config.json",
  gives: ["adapterConfig", "settings", "refusal"],
  recognises: (fileName) => fileName === "adapter_config.json",
  async read({ path, where }) {
    const json = parseConfigFile(await readTextFile(path, where, MAX_ADAPTER_CONFIG_BYTES), where);
    const settings = settingsOfObject(json).filter(({ field }) => field !== "method" && field !== "output_dir");
    const peftType = peftTypeOf(json);
    if (peftType !== undefined) {
      settings.push({ field: "peft_type", value: peftType, key: "peft_type", certainty: "STATED" });
    }
    return [configEvidence(json, where), { kind: "settings", source: "runConfiguration", settings }];
  },
};

/** A run whose adapter cannot be compared still has settings, curves and metrics. */
function configEvidence(json: unknown, where: string): RunEvidence {
  try {
    return { kind: "adapterConfig", config: adapterConfigOf(json, where) };
  } catch (error) {
    if (!(error instanceof RankscopeError) || error.code !== "ADAPTER_TYPE_UNSUPPORTED") throw error;
    return { kind: "refusal", error };
  }
}

/** Returns the type of an adapter in PEFT's spelling: `LORA`, `IA3`; undefined if the file does not state it. */
function peftTypeOf(json: unknown): string | undefined {
  const type = z.object({ peft_type: z.string().max(MAX_LOGGED_NAME_CHARACTERS) }).safeParse(json);
  return type.success ? type.data.peft_type : undefined;
}

/** Scripts that edit the file by hand write numbers as text. */
function numberOfText(value: unknown): unknown {
  return typeof value === "string" && /^\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) : value;
}

const Pattern = z.record(z.string(), z.number().positive()).nullish();
/** A list, one name, or a regular expression. */
const ModuleNames = z.union([z.array(z.string()), z.string()]).nullish();

/** The fields of PEFT's LoraConfig that are used here. Other fields may have any value. */
const LoraConfig = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullish(),
  revision: z.string().nullish(),
  task_type: z.string().nullish(),
  r: z.preprocess(numberOfText, z.number().int().positive()),
  lora_alpha: z.preprocess(numberOfText, z.number()),
  lora_dropout: z.number().nullish(),
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  fan_in_fan_out: z.boolean().nullish(),
  bias: z.string().nullish(),
  target_modules: ModuleNames,
  rank_pattern: Pattern,
  alpha_pattern: Pattern,
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
  modules_to_save: ModuleNames,
  lora_bias: z.boolean().nullish(),
});
type LoraConfig = z.infer<typeof LoraConfig>;

/**
 * Reads an adapter_config.json.
 *
 * @throws ADAPTER_CONFIG_INVALID, ADAPTER_TYPE_UNSUPPORTED, FILE_UNREADABLE, FILE_TOO_LARGE
 */
export async function readAdapterConfig(path: string, where: string): Promise<AdapterConfig> {
  return adapterConfigOf(parseConfigFile(await readTextFile(path, where, MAX_ADAPTER_CONFIG_BYTES), where), where);
}

function adapterConfigOf(json: unknown, where: string): AdapterConfig {
  if (isMlxConfig(json)) return mlxAdapterConfig(json, where);
  const config = parseLoraConfig(json, where);
  const variant = unsupportedVariant(config);
  if (variant !== undefined) {
    throw failure("ADAPTER_TYPE_UNSUPPORTED", { where, received: variant, allowed: "an update of scaling * B * A" });
  }
  const settings = settingsOf(config);
  return {
    baseModel: config.base_model_name_or_path || null,
    settings,
    notes: configNotes(config, settings.initLoraWeights),
  };
}

function parseConfigFile(text: string, where: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw failure("ADAPTER_CONFIG_INVALID", { where, received: (cause as Error).message, allowed: "JSON", cause });
  }
}

function parseLoraConfig(json: unknown, where: string): LoraConfig {
  // The type is checked first: the fields of other types differ.
  const type = peftTypeOf(json);
  if (type !== undefined && type !== "LORA") {
    throw failure("ADAPTER_TYPE_UNSUPPORTED", { where, received: `peft_type ${type}`, allowed: "LORA" });
  }
  const parsed = LoraConfig.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") || "the file";
  throw failure("ADAPTER_CONFIG_INVALID", { where: `${where}, ${field}`, received: issue?.message });
}

function settingsOf(config: LoraConfig): AdapterSettings {
  return {
    r: config.r,
    loraAlpha: config.lora_alpha,
    useRslora: config.use_rslora ?? false,
    useDora: config.use_dora ?? false,
    fanInFanOut: config.fan_in_fan_out ?? false,
    loraDropout: config.lora_dropout ?? 0,
    bias: config.bias ?? "none",
    targetModules: namesOf(config.target_modules),
    rankPattern: config.rank_pattern ?? {},
    alphaPattern: config.alpha_pattern ?? {},
    initLoraWeights: String(config.init_lora_weights ?? true),
    modulesToSave: namesOf(config.modules_to_save),
    loraBias: config.lora_bias ?? false,
    revision: config.revision ?? null,
    taskType: config.task_type ?? null,
  };
}

/** PEFT writes a set, in any order. Names are sorted, so that equal settings are equal. */
function namesOf(value: readonly string[] | string | null | undefined): string[] {
  return typeof value === "string" ? [value] : [...(value ?? [])].sort();
}
