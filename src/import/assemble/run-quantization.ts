import type { Quantization } from "../../model/records.js";
import { baseModelName } from "../../model/base-model-name.js";
import { quantizationOf } from "../settings/quantization-label.js";
import { inOrderOfTrust } from "./resolve-settings.js";
import { methodInText, quantizationInName } from "./run-labels.js";
import type { SourcedSetting } from "./sourced-evidence.js";

const UNKNOWN: Quantization = { label: "unknown", bits: null, scheme: null };

/** Models that were converted for MLX, which quantizes groups of weights with a scale and a bias. */
const MLX_MODEL = /(?:^|[\\/])mlx-community[\\/]|[-_.]mlx(?:[-_.]|$)/i;

/** Returns the bits and the scheme that the name of a base model says: 4 for `...-bnb-4bit`. */
export function settingsInBaseModel(baseModel: string): SourcedSetting[] {
  const { bits, scheme: named } = baseModelName(baseModel);
  const scheme = named ?? (bits !== null && bits < 16 && MLX_MODEL.test(baseModel) ? "affine" : null);
  const from = { certainty: "NAMED", source: "baseModelName", file: "", key: baseModel } as const;
  return [
    ...(bits === null ? [] : [{ ...from, field: "bits", value: bits }]),
    ...(scheme === null ? [] : [{ ...from, field: "scheme", value: scheme }]),
  ];
}

/** Returns the label, the bits and the scheme that a run's name says. */
export function settingsInRunName(runName: string): SourcedSetting[] {
  const from = { certainty: "NAMED", source: "runName", file: "", key: runName } as const;
  const label = quantizationInName(runName);
  return label === undefined ? settingsInMethod(runName, from) : settingsOfLabel(label, from);
}

/** Returns the bits and the scheme of QLoRA, which is defined with 4-bit NormalFloat (arXiv 2305.14314), if a text names it. */
export function settingsInMethod(text: string, from: Omit<SourcedSetting, "field" | "value">): SourcedSetting[] {
  if (!methodInText(text)?.startsWith("Q")) return [];
  return [
    { ...from, field: "bits", value: 4 },
    { ...from, field: "scheme", value: "nf4", certainty: "ASSUMED" },
  ];
}

/** Returns the settings that a label of the base weights says, each from the same source. */
export function settingsOfLabel(label: string, from: Omit<SourcedSetting, "field" | "value">): SourcedSetting[] {
  const { quantization, schemeAssumed } = quantizationOf(label);
  const { bits, scheme } = quantization;
  const settings: SourcedSetting[] = [{ ...from, field: "quantization_label", value: label }];
  if (bits !== null) settings.push({ ...from, field: "bits", value: bits });
  if (scheme !== null) {
    const certainty = schemeAssumed ? "ASSUMED" : from.certainty;
    settings.push({ ...from, field: "scheme", value: scheme, certainty });
  }
  return settings;
}

/**
 * Returns the quantization of a run's base weights. The label is the most trusted one that agrees with the bits, as written. A
 * scheme counts only if its source agrees with the bits.
 */
export function quantizationOfRun(candidates: readonly SourcedSetting[]): Quantization {
  const ordered = inOrderOfTrust(candidates);
  const labels = ordered.filter(({ field }) => field === "quantization_label").map(({ value }) => String(value));
  const stated = ordered.find(({ field }) => field === "bits");
  if (stated === undefined) {
    const [label] = labels;
    return label === undefined ? UNKNOWN : { ...UNKNOWN, label };
  }
  const bits = Number(stated.value);
  const agreeing = new Set(
    ordered.filter(({ field, value }) => field === "bits" && Number(value) === bits).map(sourceOf),
  );
  const scheme = ordered.find((setting) => setting.field === "scheme" && agreeing.has(sourceOf(setting)));
  return {
    label: labels.find((label) => quantizationOf(label).quantization.bits === bits) ?? `${bits}bit`,
    bits,
    scheme: bits <= 8 && scheme !== undefined ? String(scheme.value) : null,
  };
}

function sourceOf({ source, file, key }: SourcedSetting): string {
  return JSON.stringify([source, file, file === "" ? key : ""]);
}
