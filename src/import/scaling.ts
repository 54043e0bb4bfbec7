import { failure } from "../errors.js";
import type { AdapterSettings } from "./records.js";

/** The rank that the configuration gives to a module: the first pattern that fits, else r. */
export function configuredRank(module: string, { r, rankPattern }: AdapterSettings): number {
  return firstFit(rankPattern, module) ?? r;
}

/**
 * The adapter's scaling s in dW = s B A: alpha / r, or alpha / sqrt(r) with rsLoRA (Kalajdzievski 2023, arXiv 2312.03732),
 * alpha being the first alpha_pattern that fits the module, else lora_alpha.
 */
export function scalingOf(module: string, rank: number, { loraAlpha, alphaPattern, useRslora }: AdapterSettings): number {
  const alpha = firstFit(alphaPattern, module) ?? loraAlpha;
  return alpha / (useRslora ? Math.sqrt(rank) : rank);
}

/** PEFT's rule: keys are regular expressions matched as `^(.*\.)?(key)$`, and the first hit wins. */
function firstFit(pattern: Readonly<Record<string, number>>, module: string): number | undefined {
  return Object.entries(pattern).find(([key]) => fits(key, module))?.[1];
}

/** @throws ADAPTER_CONFIG_INVALID: a pattern that cannot be evaluated must not be passed over, the scaling would be wrong */
function fits(key: string, module: string): boolean {
  // Nearly every key is a plain module name, for which no expression from a file needs to be run.
  if (/^\w+(\.\w+)*$/.test(key) && (module === key || module.endsWith(`.${key}`))) return true;
  // A quantified group that holds a quantifier can take exponential time; module patterns have no use for one.
  if (key.length > MAX_PATTERN_LENGTH || /\([^()]*[*+{][^()]*\)\s*[*+{]/.test(key)) throw unusable(key, "no nested quantifiers");
  try {
    return new RegExp(`^(.*\\.)?(${key})$`).test(module);
  } catch (cause) {
    throw unusable(key, "a regular expression", cause);
  }
}

/** Module paths are shorter than this. */
const MAX_PATTERN_LENGTH = 1000;

function unusable(key: string, allowed: string, cause?: unknown): Error {
  return failure("ADAPTER_CONFIG_INVALID", { where: "rank_pattern or alpha_pattern", received: JSON.stringify(key), allowed, cause });
}
