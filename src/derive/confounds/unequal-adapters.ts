import { defaultScaling, type ComparedAdapterSettings } from "../runs/run-settings.js";
import { unequalSetting } from "./unequal-setting.js";

export const unequalRanks = unequalSetting({
  kind: "UNEQUAL_RANKS",
  description: "The two runs were trained at different ranks.",
  severity: "MEDIUM",
  difference: "The ranks differ",
  valueOf: ({ rank }) => rank,
});

export const unequalScaling = unequalSetting({
  kind: "UNEQUAL_SCALING",
  description: "alpha / r (alpha / sqrt(r) with rsLoRA) or its patterns differ.",
  severity: "MEDIUM",
  difference: "The scalings differ, so the step sizes differ too",
  valueOf: ({ adapter }) => adapter && scalingText(adapter),
});

export const differentTargets = unequalSetting({
  kind: "DIFFERENT_TARGETS",
  description: "The adapters target different modules, so a layer was trained alongside different modules.",
  severity: "MEDIUM",
  difference: "The adapters target different modules",
  valueOf: ({ adapter }) => adapter && [...adapter.targetModules].sort().join(" "),
});

/** Returns the scaling with the patterns that change it by module. */
function scalingText(adapter: ComparedAdapterSettings): string {
  return [
    String(defaultScaling(adapter)),
    ...patternTexts("rank", adapter.rankPattern),
    ...patternTexts("alpha", adapter.alphaPattern),
  ].join(" ");
}

/** @param pattern undefined in settings that were not stored by an import */
function patternTexts(name: string, pattern: Readonly<Record<string, number>> | undefined): string[] {
  if (pattern === undefined || Object.keys(pattern).length === 0) return [];
  return [`with the ${name} pattern ${JSON.stringify(pattern)}`];
}
