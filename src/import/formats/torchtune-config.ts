import { z } from "zod";
import { failure } from "../../errors.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import { readYamlFile } from "../yaml/parse-yaml.js";
import { plainLoraSettings } from "../adapter/plain-lora-settings.js";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** The configuration that torchtune writes into a run's output folder. */
export const TORCHTUNE_CONFIG: ResultFormat<RunEvidence> = {
  name: "torchtune_config.yaml",
  gives: ["runAdapterConfig", "settings"],
  recognises: (fileName) => fileName === "torchtune_config.yaml",
  async read({ path, where }) {
    const config = await readYamlFile(path, where);
    const settings = settingsOfObject(config).filter(({ field }) => field !== "output_dir");
    const evidence: RunEvidence[] = [{ kind: "settings", source: "trainerConfiguration", settings }];
    const { model } = TorchtuneConfig.safeParse(config).data ?? {};
    if (model?.lora_rank === undefined || model.lora_alpha === undefined) return evidence;
    const { lora_rank: r, lora_alpha: loraAlpha } = model;
    if (!Number.isInteger(r) || r <= 0) {
      throw failure("ADAPTER_CONFIG_INVALID", { where: `${where}, model.lora_rank`, received: String(r) });
    }
    const lora = plainLoraSettings({
      r,
      loraAlpha,
      useDora: model.use_dora ?? false,
      loraDropout: model.lora_dropout ?? 0,
      targetModules: [...(model.lora_attn_modules ?? [])].sort(),
    });
    return [...evidence, { kind: "runAdapterConfig", config: { baseModel: null, settings: lora, notes: [] } }];
  },
};

/** The fields of a torchtune configuration that its LoRA model builders take. */
const TorchtuneConfig = z.looseObject({
  model: z.looseObject({
    lora_rank: z.number().optional(),
    lora_alpha: z.number().optional(),
    lora_dropout: z.number().nullish(),
    use_dora: z.boolean().nullish(),
    lora_attn_modules: z.array(z.string()).nullish(),
  }),
});
