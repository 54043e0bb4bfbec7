import { z } from "zod";
import { failure } from "../../errors.js";
import type { AdapterSettings } from "../../model/records.js";
import { quoteText } from "../findings.js";
import { parseJson } from "../json/parse-json.js";
import type { TensorEntry } from "../tensors/tensor-entry.js";
import type { AdapterConfig } from "../formats/evidence.js";
import { plainLoraSettings } from "./plain-lora-settings.js";
import { scalingOf } from "./scaling.js";
import { tensorKey } from "./tensor-key.js";

/** The rank and the alpha of one module. */
interface ModuleScale {
  readonly module: string;
  readonly rank: number;
  readonly alpha: number;
}

/**
 * Returns the configuration that a LoRA file states itself; undefined if it holds no LoRA. The rank of a module is that of its
 * tensors. Its alpha is its tensor `alpha` (kohya), else that of diffusers' `lora_adapter_metadata`. Without either it is the
 * rank, so that the scaling is 1, as diffusers and kohya's scripts take it.
 *
 * @param scalarOf reads a tensor of one element
 * @param where the file, for messages
 * @throws ADAPTER_CONFIG_INVALID for metadata or an alpha that cannot be used, and the errors of `scalarOf`
 */
export async function fileSettings(
  tensors: readonly TensorEntry[],
  metadata: Readonly<Record<string, string>>,
  scalarOf: (tensor: TensorEntry) => Promise<number>,
  where: string,
): Promise<AdapterConfig | undefined> {
  const ranks = new Map<string, number>();
  const alphas = new Map<string, number>();
  let isLora = false;
  let useDora = false;
  for (const tensor of tensors) {
    const key = tensorKey(tensor.name, []);
    if (key.kind === "UNSUPPORTED") isLora = true;
    else if (key.kind === "DORA_MAGNITUDE") useDora = true;
    else if (key.kind === "FACTOR" && key.factor === "a") {
      ranks.set(key.module, tensor.shape[key.columnMajor ? tensor.shape.length - 1 : 0] ?? 0);
    } else if (key.kind === "ALPHA") {
      const alpha = await scalarOf(tensor);
      if (!Number.isFinite(alpha)) {
        throw failure("ADAPTER_CONFIG_INVALID", { where: `${where}, ${tensor.name}`, received: String(alpha) });
      }
      // kohya's scripts write 0 for the default, which is the rank.
      if (alpha !== 0) alphas.set(key.module, alpha);
    }
  }
  if (ranks.size === 0 && !isLora) return undefined;
  const ofComponents = componentSettings(metadata, where);
  const scales = [...ranks].map(([module, rank]): ModuleScale => {
    const component = ofComponents.find(({ prefix }) => module.startsWith(`${prefix}.`));
    const inComponent = component && module.slice(component.prefix.length + 1);
    const stated = component && rank * scalingOf(inComponent ?? module, rank, component.settings);
    return { module, rank, alpha: alphas.get(module) ?? stated ?? rank };
  });
  return { baseModel: metadata["ss_sd_model_name"] ?? null, settings: { ...settingsOf(scales), useDora }, notes: [] };
}

/** Returns settings that give each module its rank and its alpha. Patterns are only used if the modules differ. */
function settingsOf(scales: readonly ModuleScale[]): AdapterSettings {
  const r = mostFrequent(scales.map(({ rank }) => rank)) || 1;
  const loraAlpha = mostFrequent(scales.map(({ alpha }) => alpha)) || r;
  // The longest name first: a shorter one may be the end of a longer one, which it would match too.
  const byLength = [...scales].sort((left, right) => right.module.length - left.module.length);
  const differ = (value: (scale: ModuleScale) => number, common: number) =>
    byLength.some((scale) => value(scale) !== common)
      ? Object.fromEntries(byLength.map((scale) => [scale.module, value(scale)]))
      : {};
  const rankPattern = differ(({ rank }) => rank, r);
  const alphaPattern = differ(({ alpha }) => alpha, loraAlpha);
  return plainLoraSettings({ r, loraAlpha, rankPattern, alphaPattern });
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
}

/** The LoraConfig of one component of a pipeline, such as `unet`. */
interface ComponentSettings {
  readonly prefix: string;
  readonly settings: AdapterSettings;
}

const Scalars = z.record(z.string(), z.number().positive()).nullish();
const ComponentConfig = z.looseObject({
  r: z.number().int().positive(),
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: Scalars,
  alpha_pattern: Scalars,
});

/** Reads diffusers' `lora_adapter_metadata`: JSON of LoraConfig fields with the component as prefix, as `unet.lora_alpha`. */
function componentSettings(metadata: Readonly<Record<string, string>>, where: string): ComponentSettings[] {
  const text = metadata["lora_adapter_metadata"];
  if (text === undefined) return [];
  const components = new Map<string, Record<string, unknown>>();
  for (const [key, value] of Object.entries(parseObject(text, where))) {
    const [, prefix = "", field = ""] = /^(.+)\.([^.]+)$/.exec(key) ?? [];
    components.set(prefix, { ...components.get(prefix), [field]: value as unknown });
  }
  return [...components].flatMap(([prefix, fields]) => {
    const config = ComponentConfig.safeParse(fields).data;
    if (config === undefined) return [];
    const settings = plainLoraSettings({
      r: config.r,
      loraAlpha: config.lora_alpha,
      useRslora: config.use_rslora ?? false,
      rankPattern: config.rank_pattern ?? {},
      alphaPattern: config.alpha_pattern ?? {},
    });
    return [{ prefix, settings }];
  });
}

/** @throws ADAPTER_CONFIG_INVALID */
function parseObject(text: string, where: string): object {
  const refuse = (received: string, cause?: unknown) =>
    failure("ADAPTER_CONFIG_INVALID", {
      where: `${where}, lora_adapter_metadata`,
      received,
      allowed: "a JSON object",
      cause,
    });
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw refuse((cause as Error).message, cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse(quoteText(text.slice(0, 100)));
  return value;
}
