import type { AdapterSettings } from "../../model/records.js";
import { modulePattern, type ModulePattern } from "./module-pattern.js";

/** Returns the rank that the configuration gives to a module: that of the first rank pattern that matches, else r. */
export function configuredRank(module: string, { r, rankPattern }: AdapterSettings): number {
  return firstMatch(rankPattern, module) ?? r;
}

/**
 * Returns the adapter's scaling s in dW = s B A: alpha / r, or alpha / sqrt(r) with rsLoRA (Kalajdzievski 2023, arXiv
 * 2312.03732). Alpha is that of the first alpha pattern that matches the module, else lora_alpha.
 */
export function scalingOf(
  module: string,
  rank: number,
  { loraAlpha, alphaPattern, useRslora }: AdapterSettings,
): number {
  const alpha = firstMatch(alphaPattern, module) ?? loraAlpha;
  return alpha / (useRslora ? Math.sqrt(rank) : rank);
}

interface CompiledPattern {
  readonly matches: ModulePattern;
  readonly value: number;
}

/** @throws ADAPTER_CONFIG_INVALID if a key cannot be evaluated */
function firstMatch(patterns: Readonly<Record<string, number>>, module: string): number | undefined {
  return compile(patterns).find(({ matches }) => matches(module))?.value;
}

/** Compiled patterns by settings object: an adapter matches them against each of its modules. */
const COMPILED = new WeakMap<object, readonly CompiledPattern[]>();

function compile(patterns: Readonly<Record<string, number>>): readonly CompiledPattern[] {
  const known = COMPILED.get(patterns);
  if (known !== undefined) return known;
  const compiled = Object.entries(patterns).map(([key, value]) => ({ matches: modulePattern(key), value }));
  COMPILED.set(patterns, compiled);
  return compiled;
}
