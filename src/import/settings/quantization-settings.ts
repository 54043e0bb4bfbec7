import type { SettingValue } from "../../model/settings.js";
import type { Setting } from "./setting.js";
import type { Leaf } from "./leaves-of-object.js";
import { quantizationOf } from "./quantization-label.js";
import { snakeCase } from "../../model/setting-fields.js";

/**
 * Returns `bits` and `scheme` of the base weights from the settings that belong together, such as the fields of
 * BitsAndBytesConfig. Empty if none of them says how the base weights are stored: `load_in_4bit: false` does, `fp16` does not.
 */
export function quantizationSettings(leaves: readonly Leaf[]): Setting[] {
  const find = (...names: string[]): Found | undefined => findLeaf(leaves, names);
  const loads4 = find("load_in_4bit", "load_4bit", "use_4bit", "load_in_4_bit");
  const loads8 = find("load_in_8bit", "load_8bit", "use_8bit", "load_in_8_bit");
  const type = find("bnb_4bit_quant_type", "quant_type");
  const method = find("quant_method", "quantization_method");
  const bits =
    find("quantization_bit", "quantization_bits", "quant_bits", "base_bits", "weight_bits", "bits") ??
    findBitsOfQuantization(leaves);
  if (loads4 !== undefined && isTrue(loads4)) return known(4, schemeOf(type) ?? "nf4", loads4, type);
  if (loads8 !== undefined && isTrue(loads8)) return known(8, "int8", loads8, loads8);
  const stated = Number(bits?.value);
  if (bits !== undefined && Number.isInteger(stated) && stated > 0 && stated <= 64) {
    const named = schemeOf(type) ?? schemeOf(method);
    const assumed = stated === 4 && (method === undefined || schemeOf(method) === "nf4") ? "nf4" : null;
    return known(stated, named ?? (stated === 8 ? "int8" : assumed), bits, type ?? method);
  }
  const label = find("quantization", "quant", "quantize", "quantization_label");
  if (label !== undefined && typeof label.value !== "boolean") return labelled(label);
  const adapter = find("adapter", "method", "finetuning_type", "peft_method");
  if (typeof adapter?.value === "string" && /^q-?lora$/i.test(adapter.value))
    return known(4, "nf4", adapter, undefined);
  if (loads4 !== undefined && isFalse(loads4)) return known(16, null, loads4, undefined);
  if (loads8 !== undefined && isFalse(loads8)) return known(16, null, loads8, undefined);
  return [];
}

interface Found {
  readonly key: string;
  readonly value: SettingValue;
}

/** Returns the first leaf of one of these names, the names in order of preference. */
function findLeaf(leaves: readonly Leaf[], names: readonly string[]): Found | undefined {
  for (const name of names) {
    const leaf = leaves.find((candidate) => snakeCase(candidate.name) === name);
    if (leaf !== undefined && leaf.value !== "" && leaf.value !== "None") {
      return { key: leaf.path.join("."), value: leaf.value };
    }
  }
  return undefined;
}

/** `quantization: { bits, group_size }` of MLX, `quantization_config.bits` of GPTQ and AWQ, `w_bit` of older AWQ. */
function findBitsOfQuantization(leaves: readonly Leaf[]): Found | undefined {
  const found = leaves.find(
    ({ name, path }) => /^(w_bit|nbits)$/.test(name) && path.some((part) => /quant/i.test(part)),
  );
  return found && { key: found.path.join("."), value: found.value };
}

function isTrue({ value }: Found): boolean {
  return value === true || /^(true|1|yes)$/i.test(String(value));
}

function isFalse({ value }: Found): boolean {
  return value === false || /^(false|0|no)$/i.test(String(value));
}

/** Returns the scheme that a data type or method names; undefined for bitsandbytes, which has several. */
function schemeOf(found: Found | undefined): string | undefined {
  const text = typeof found?.value === "string" ? found.value.toLowerCase() : "";
  return /^(nf4|fp4|int8|int4|gptq|awq|hqq|aqlm|eetq|quanto|torchao|fp8)$/.exec(text)?.[0];
}

/** @param schemeFrom the setting that names the scheme; undefined if the scheme is assumed */
function known(bits: number, scheme: string | null, from: Found, schemeFrom: Found | undefined): Setting[] {
  const settings: Setting[] = [{ field: "bits", value: bits, key: from.key, certainty: "STATED" }];
  if (scheme === null) return settings;
  const certainty = schemeFrom === undefined ? "ASSUMED" : "STATED";
  return [...settings, { field: "scheme", value: scheme, key: schemeFrom?.key ?? from.key, certainty }];
}

function labelled(label: Found): Setting[] {
  const text = typeof label.value === "number" ? `${label.value}bit` : String(label.value);
  const { quantization, schemeAssumed } = quantizationOf(text);
  const settings: Setting[] = [{ field: "quantization_label", value: text, key: label.key, certainty: "STATED" }];
  if (quantization.bits === null) return settings;
  settings.push({ field: "bits", value: quantization.bits, key: label.key, certainty: "STATED" });
  if (quantization.scheme === null) return settings;
  const certainty = schemeAssumed ? "ASSUMED" : "STATED";
  return [...settings, { field: "scheme", value: quantization.scheme, key: label.key, certainty }];
}
