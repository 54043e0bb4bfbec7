import { modulePattern, type ModulePattern } from "./module-pattern.js";
import type { AdapterSettings } from "../../model/records.js";

/** The rank that the configuration gives to a module: the first pattern that fits, else r. */
export function configuredRank(module: string, { r, rankPattern }: AdapterSettings): number {
  return firstFit(rankPattern, module) ?? r;
}

/**
 * The adapter's scaling s in dW = s B A: alpha / r, or alpha / sqrt(r) with rsLoRA (Kalajdzievski 2023, arXiv 2312.03732),
 * alpha being the first alpha_pattern that fits the module, else lora_alpha.
 */
export function scalingOf(
  module: string,
  rank: number,
  { loraAlpha, alphaPattern, useRslora }: AdapterSettings,
): number {
  const alpha = firstFit(alphaPattern, module) ?? loraAlpha;
  return alpha / (useRslora ? Math.sqrt(rank) : rank);
}

/** The first hit wins. @throws ADAPTER_CONFIG_INVALID where a key cannot be evaluated */
function firstFit(pattern: Readonly<Record<string, number>>, module: string): number | undefined {
  return compiled(pattern).find(([fits]) => fits(module))?.[1];
}

/** An adapter asks for each of its modules. */
const COMPILED = new WeakMap<object, readonly (readonly [ModulePattern, number])[]>();

function compiled(pattern: Readonly<Record<string, number>>): readonly (readonly [ModulePattern, number])[] {
  const known =
    COMPILED.get(pattern) ?? Object.entries(pattern).map(([key, value]) => [modulePattern(key), value] as const);
  COMPILED.set(pattern, known);
  return known;
}
