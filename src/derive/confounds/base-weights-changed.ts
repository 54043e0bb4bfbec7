import { changesBaseWeights } from "../../model/base-initialisation.js";
import type { RunSettings } from "../runs/run-settings.js";
import { formatList } from "../wording.js";
import type { ConfoundRule, PairFinding } from "./confound-rule.js";

export const baseWeightsChanged = {
  kind: "BASE_WEIGHTS_CHANGED",
  description: "PiSSA, OLoRA and similar initialisations subtract the initial B A from the base weights.",
  affects: ["WEIGHTS"],
  inRuns,
} as const satisfies ConfoundRule;

function inRuns(runs: readonly RunSettings[]): PairFinding | undefined {
  const changed = runs.flatMap(({ name, adapter }) => {
    const initialisation = adapter?.initLoraWeights;
    return initialisation !== undefined && changesBaseWeights(initialisation) ? [`${name}: ${initialisation}`] : [];
  });
  if (changed.length === 0) return undefined;
  return {
    severity: "HIGH",
    message:
      `The initialisation subtracted the initial B A from the base weights (${formatList(changed)}). B A is therefore not ` +
      "what training changed, and two such runs are similar because of their start.",
  };
}
