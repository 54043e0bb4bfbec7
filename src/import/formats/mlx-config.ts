import { z } from "zod";
import { failure } from "../../errors.js";
import { plainLoraSettings } from "../adapter/plain-lora-settings.js";
import type { AdapterConfig } from "./evidence.js";

/** The fields of MLX-LM's adapter_config.json that are used here. Older versions have the LoRA settings at the top level. */
const MlxConfig = z.looseObject({
  model: z.string().nullish(),
  fine_tune_type: z.string().nullish(),
  lora_parameters: z.looseObject({
    rank: z.number().int().positive(),
    scale: z.number(),
    dropout: z.number().nullish(),
    keys: z.array(z.string()).nullish(),
  }),
});

/** Returns whether a parsed adapter_config.json is one of MLX-LM. PEFT always writes peft_type. */
export function isMlxConfig(json: unknown): boolean {
  return typeof json === "object" && json !== null && !("peft_type" in json) && "lora_parameters" in json;
}

/**
 * Interprets MLX-LM's adapter_config.json. The update is scale * lora_b^T lora_a^T; MLX has no alpha, so lora_alpha is the one
 * whose alpha / r is the scale.
 *
 * @throws ADAPTER_CONFIG_INVALID, ADAPTER_TYPE_UNSUPPORTED for full fine-tuning
 */
export function mlxAdapterConfig(json: unknown, where: string): AdapterConfig {
  const parsed = MlxConfig.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join(".") || "the file";
    throw failure("ADAPTER_CONFIG_INVALID", { where: `${where}, ${field}`, received: issue?.message });
  }
  const { model, fine_tune_type: type, lora_parameters: parameters } = parsed.data;
  if (type === "full") {
    throw failure("ADAPTER_TYPE_UNSUPPORTED", { where, received: "fine_tune_type full", allowed: "lora and dora" });
  }
  const { rank, scale, dropout, keys } = parameters;
  return {
    baseModel: model || null,
    settings: plainLoraSettings({
      r: rank,
      loraAlpha: scale * rank,
      useDora: type === "dora",
      loraDropout: dropout ?? 0,
      targetModules: [...(keys ?? [])].sort(),
    }),
    notes: [],
  };
}
