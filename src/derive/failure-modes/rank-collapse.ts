import type { Evidence } from "../study-evidence.js";
import { countLayers } from "../wording.js";
import type { DetectedFailure, FailureEvidence, FailureModeRule, LayerSpectrum } from "./failure-mode-rule.js";

export const rankCollapse = {
  kind: "RANK_COLLAPSE",
  description: "The effective rank is below r / 3, for r of 4 or more.",
  detect,
} as const satisfies FailureModeRule;

/** Minimum share of r that the effective rank of a layer uses. */
const MIN_UTILISATION = 1 / 3;
/** Minimum r. The effective rank is at least 1, so that of a smaller r cannot be far below r. */
const MIN_RANK = 4;

function detect({ spectra }: FailureEvidence): DetectedFailure | undefined {
  const collapsed = spectra
    .map(({ run, layers }) => ({ run, layers: layers.filter(isCollapsed) }))
    .filter(({ layers }) => layers.length > 0);
  if (collapsed.length === 0) return undefined;
  return {
    symptom: `The effective rank is below r / 3 in ${countLayers(collapsed)}.`,
    cause: "The task needs fewer than r directions, or a high learning rate let one direction dominate.",
    mitigation: "Use a smaller rank for these layers (see rankAllocation), rsLoRA, or a lower learning rate.",
    severity: "LOW",
    evidence: collapsed.flatMap(({ run, layers }): Evidence[] =>
      layers.map(({ layer, spectrum }) => ({
        label: `effective rank of ${layer.name} in ${run.name}, r = ${spectrum.singularValues.length}`,
        value: spectrum.effectiveRank,
        unit: "rank",
      })),
    ),
    experiments: collapsed.map(({ run }) => run),
  };
}

function isCollapsed({ spectrum: { utilisation, singularValues } }: LayerSpectrum): boolean {
  return utilisation !== null && singularValues.length >= MIN_RANK && utilisation < MIN_UTILISATION;
}
