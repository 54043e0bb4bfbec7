import type { RunSettings } from "../runs/run-settings.js";
import { formatList } from "../wording.js";
import type { ConfoundRule, PairFinding } from "./confound-rule.js";

export const uncomparedTensors = {
  kind: "UNCOMPARED_TENSORS",
  description: "Biases or whole modules were trained too. They are not compared.",
  affects: ["WEIGHTS"],
  inRuns,
} as const satisfies ConfoundRule;

function inRuns(runs: readonly RunSettings[]): PairFinding | undefined {
  const leftOut = runs.flatMap(({ name, uncompared }) => {
    const kinds = uncompared.filter(({ kind }) => kind !== "DORA_MAGNITUDE");
    const total = kinds.reduce((sum, { count }) => sum + count, 0);
    return total === 0 ? [] : [`${total} of ${name} (${kinds.map(({ kind }) => kind).join(", ")})`];
  });
  if (leftOut.length === 0) return undefined;
  return {
    severity: "MEDIUM",
    message: `Trained tensors that are not low-rank updates are not compared: ${formatList(leftOut)}.`,
  };
}
