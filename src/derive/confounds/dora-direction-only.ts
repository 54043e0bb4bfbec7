import type { RunSettings } from "../runs/run-settings.js";
import { formatList } from "../wording.js";
import type { ConfoundRule, PairFinding } from "./confound-rule.js";

export const doraDirectionOnly = {
  kind: "DORA_DIRECTION_ONLY",
  description: "DoRA magnitudes need the base weights. Only B A is compared.",
  affects: ["WEIGHTS"],
  inRuns,
} as const satisfies ConfoundRule;

function inRuns(runs: readonly RunSettings[]): PairFinding | undefined {
  const names = runs.filter(({ adapter }) => adapter?.useDora).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return {
    severity: "MEDIUM",
    message:
      `Only the directional part B A of DoRA is compared (${formatList([...new Set(names)])}). ` +
      "Magnitudes need the base weights.",
  };
}
