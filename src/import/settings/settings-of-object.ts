import type { SettingValue } from "../../model/settings.js";
import type { Setting } from "./setting.js";
import { MAX_LOGGED_NAME_CHARACTERS, MAX_SETTINGS_OF_FILE } from "../limits.js";
import { leavesOf } from "./leaves-of-object.js";
import { quantizationSettings } from "./quantization-settings.js";
import { settingField, snakeCase } from "../../model/setting-fields.js";

export interface SettingsOfObjectOptions {
  /** Whether keys that are not standard settings are kept, under their path in snake case. By default they are left out. */
  readonly keepsOther?: boolean;
  /** Keys of the top level that are left out with everything below them. */
  readonly without?: readonly string[];
}

/**
 * Returns the settings of a parsed JSON, YAML or pickled object. Nested objects are searched: the key is the path with dots. If
 * two paths have the same setting, the shallower one is kept, and of two equally deep ones the first. Quantization settings are
 * interpreted together: `load_in_4bit` with `bnb_4bit_quant_type` gives `bits` and `scheme`.
 */
export function settingsOfObject(value: unknown, options: SettingsOfObjectOptions = {}): Setting[] {
  const leaves = leavesOf(value, options.without ?? []);
  const settings = new Map<string, Setting>();
  const add = (field: string, settingValue: SettingValue, key: string): void => {
    if (settings.has(field) || settings.size >= MAX_SETTINGS_OF_FILE) return;
    if (field === "" || key.length > MAX_LOGGED_NAME_CHARACTERS) return;
    settings.set(field, { field, value: settingValue, key, certainty: "STATED" });
  };
  for (const setting of quantizationSettings(leaves)) settings.set(setting.field, setting);
  for (const { name, path, value: leaf } of leaves) {
    const field = settingField(name);
    if (field !== undefined && !isUnset(field, leaf)) add(field, numberOrText(field, leaf), path.join("."));
  }
  const halfPrecision = leaves.find(({ name, value: leaf }) => HALF_PRECISION.has(name) && leaf === true);
  if (halfPrecision !== undefined) {
    add("compute_dtype", HALF_PRECISION.get(halfPrecision.name) ?? "", halfPrecision.path.join("."));
  }
  if (options.keepsOther === true) {
    for (const { name, path, value: leaf } of leaves) {
      const key = path.join(".");
      if (settingField(name) === undefined) add(snakeCase(key), leaf, key);
    }
  }
  return [...settings.values()];
}

/** Returns whether a tool writes this value for a setting that is not set: -1 for max_steps, an empty text, an empty list. */
function isUnset(field: string, value: SettingValue): boolean {
  if (value === "" || value === "None" || value === "null") return true;
  if (Array.isArray(value)) return value.length === 0;
  return (
    (field === "max_steps" || field === "epochs" || field === "num_samples") && typeof value === "number" && value <= 0
  );
}

/** Compute types that a switch turns on. */
const HALF_PRECISION: ReadonlyMap<string, string> = new Map([
  ["bf16", "bfloat16"],
  ["fp16", "float16"],
  ["pure_bf16", "bfloat16"],
]);

const TEXT_FIELDS = new Set([
  "base_model",
  "task",
  "dataset",
  "evaluation_dataset",
  "run_name",
  "output_dir",
  "hardware",
  "tool",
  "method",
]);

/** Tools write numbers as text, too: `2e-4` in YAML 1.1, and every value of MLflow. */
function numberOrText(field: string, value: SettingValue): SettingValue {
  if (typeof value !== "string" || TEXT_FIELDS.has(field)) return value;
  const text = value.trim();
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : value;
}
