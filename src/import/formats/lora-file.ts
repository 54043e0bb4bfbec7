import path from "node:path";
import { withFile } from "../../files/open-file.js";
import { fileSettings } from "../adapter/file-settings.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import { readSafetensorsHeader } from "../tensors/read-safetensors-header.js";
import { readScalar } from "../tensors/tensor-values.js";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** diffusers' name for the LoRA weights of a pipeline. */
const DIFFUSERS_NAME = "pytorch_lora_weights.safetensors";
/** Weights of whole models, which diffusers, transformers and kohya's scripts write beside adapters. */
const MODEL_NAME =
  /^(model|pytorch_model|diffusion_pytorch_model|flax_model|tf_model|consolidated|optimizer|random_states|trainable)\b.*\.safetensors$/;
/** Saves of kohya's scripts during training: `name-000002.safetensors` per epoch, `name-step00000500.safetensors`. */
const NUMBERED_NAME = /^(?<run>.+?)-(?:(?<epoch>\d{6})|step(?<step>\d{8}))\.safetensors$/;

/**
 * A LoRA file that states its ranks and scalings itself: diffusers' `pytorch_lora_weights.safetensors`, and the files of kohya's
 * scripts, whose names the user chooses. Other safetensors files give no evidence.
 */
export const LORA_FILE: ResultFormat<RunEvidence> = {
  name: "LoRA file (diffusers, kohya)",
  gives: ["adapterWeights", "settings"],
  recognises: (fileName) => fileName.endsWith(".safetensors") && !MODEL_NAME.test(fileName),
  saveFolder(where) {
    const [folder, name] = [path.posix.dirname(where), path.posix.basename(where)];
    return name === DIFFUSERS_NAME ? folder.replace(/^\.$/, "") : path.posix.join(folder, runName(name));
  },
  async read({ path: file, where }) {
    return withFile(file, where, async (opened) => {
      const { tensors, metadata } = await readSafetensorsHeader(opened, where);
      const config = await fileSettings(tensors, metadata, (tensor) => readScalar(opened, tensor, where), where);
      if (config === undefined) return [];
      const name = path.posix.basename(where);
      const { epoch, step } = NUMBERED_NAME.exec(name)?.groups ?? {};
      const numberOf = (digits: string | undefined) => (digits === undefined ? null : Number(digits));
      const weights = {
        source: { file: where, form: "safetensors" as const, isIndex: false },
        preference: 0,
        step: numberOf(step),
        epoch: numberOf(epoch),
        config,
      };
      const settings = settingsOfObject(kohyaSettings(metadata), { keepsOther: true });
      return [
        { kind: "adapterWeights", weights },
        ...(settings.length === 0
          ? []
          : [{ kind: "settings" as const, source: "runConfiguration" as const, settings }]),
      ];
    });
  },
};

function runName(fileName: string): string {
  return NUMBERED_NAME.exec(fileName)?.groups?.["run"] ?? fileName.replace(/\.safetensors$/, "");
}

/**
 * Returns the training settings that kohya's scripts write into a header, as `ss_learning_rate`. Their values are Python's texts:
 * `None`, `True`, `0.0001`. Statistics of the data set (`ss_tag_frequency`, `ss_datasets`, ...) are JSON and are left out.
 */
function kohyaSettings(metadata: Readonly<Record<string, string>>): Record<string, string | number | boolean> {
  const settings: Record<string, string | number | boolean> = {};
  for (const [key, text] of Object.entries(metadata)) {
    const isStatistic = /^\s*[[{]/.test(text);
    if (!key.startsWith("ss_") || text === "None" || text === "" || isStatistic) continue;
    settings[KOHYA_NAMES.get(key) ?? key.slice("ss_".length)] = valueOf(text);
  }
  return settings;
}

/** Names that differ from those of other trainers. */
const KOHYA_NAMES: ReadonlyMap<string, string> = new Map([
  ["ss_network_dim", "lora_r"],
  ["ss_network_alpha", "lora_alpha"],
  ["ss_network_dropout", "lora_dropout"],
  ["ss_sd_model_name", "base_model"],
  ["ss_num_epochs", "num_train_epochs"],
  ["ss_max_train_steps", "max_steps"],
  ["ss_total_batch_size", "train_batch_size"],
  ["ss_lr_warmup_steps", "warmup_steps"],
]);

function valueOf(text: string): string | number | boolean {
  if (text === "True" || text === "False") return text === "True";
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : text;
}
