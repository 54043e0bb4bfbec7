import type { RunSettings } from "../runs/run-settings.js";
import type { ConfoundRule, PairFinding } from "./confound-rule.js";

export const doraDirectionOnly = {
  kind: "DORA_DIRECTION_ONLY",
  description: "DoRA magnitudes need the base weights. Only B A is compared.",
  affects: ["WEIGHTS"],
  betweenRuns,
} as const satisfies ConfoundRule;

function betweenRuns(baseline: RunSettings, candidate: RunSettings): PairFinding | undefined {
  const names = [baseline, candidate].filter(({ adapter }) => adapter?.useDora).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return {
    severity: "MEDIUM",
    message:
      `Only the directional part B A of DoRA is compared (${[...new Set(names)].join(", ")}). ` +
      "Magnitudes need the base weights.",
  };
}
