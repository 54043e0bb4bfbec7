import { median } from "../statistics/order-statistics.js";
import type { Evidence, NamedLayer } from "../study-evidence.js";
import { countLayers } from "../wording.js";
import type { DetectedFailure, FailureEvidence, FailureModeRule, RunSpectra } from "./failure-mode-rule.js";

export const deadLayers = {
  kind: "DEAD_LAYERS",
  description: "The norm of a layer is 0, or below 1 % of the median over the run's layers of the same module.",
  detect,
} as const satisfies FailureModeRule;

/** A layer is dead if its norm is below this share of the median over the run's layers of the same module. */
const DEAD_SHARE = 0.01;
/** Minimum number of layers that give a meaningful median. */
const MIN_LAYERS = 3;

function detect({ spectra }: FailureEvidence): DetectedFailure | undefined {
  const dead = spectra
    .map((ofRun) => ({ run: ofRun.run, layers: deadLayersOf(ofRun) }))
    .filter(({ layers }) => layers.length > 0);
  if (dead.length === 0) return undefined;
  return {
    symptom: `The update is zero, or below ${DEAD_SHARE} of the median of its peers, in ${countLayers(dead)}.`,
    cause:
      "No gradient reached these layers (frozen, not part of the graph, or wrongly checkpointed), or they were not trained.",
    mitigation:
      "Check that lora_B of these layers requires and receives gradients. Otherwise remove them from target_modules.",
    severity: "MEDIUM",
    evidence: dead.flatMap(({ run, layers }): Evidence[] =>
      layers.map(({ layer, norm }) => ({
        label: `norm of ${layer.name} in ${run.name}`,
        value: norm,
        unit: "Frobenius norm",
      })),
    ),
    experiments: dead.map(({ run }) => run),
  };
}

interface LayerNorm {
  readonly layer: NamedLayer;
  /** |dW|, Frobenius norm. */
  readonly norm: number;
}

function deadLayersOf({ layers }: RunSpectra): LayerNorm[] {
  const known = layers.flatMap(({ layer, spectrum: { norm } }) => (norm === null ? [] : [{ layer, norm }]));
  const typicalNorms = medianNorms(known);
  return known.filter(({ layer, norm }) => {
    const typical = typicalNorms.get(moduleOf(layer));
    return norm === 0 || (typical !== undefined && norm < DEAD_SHARE * typical);
  });
}

/** Returns the median norm by module. A module with too few layers gets the median over all layers, if these are enough. */
function medianNorms(known: readonly LayerNorm[]): Map<string, number> {
  const normsByModule = new Map<string, number[]>();
  for (const { layer, norm } of known) {
    const module = moduleOf(layer);
    normsByModule.set(module, [...(normsByModule.get(module) ?? []), norm]);
  }
  const allNorms = known.map(({ norm }) => norm);
  const medians = new Map<string, number>();
  for (const [module, norms] of normsByModule) {
    const peers = norms.length >= MIN_LAYERS ? norms : allNorms;
    if (peers.length >= MIN_LAYERS) medians.set(module, median(peers));
  }
  return medians;
}

/** Returns the path without numbers, which the layers of one module have in common in all blocks. */
function moduleOf({ name }: NamedLayer): string {
  return name.replace(/\d+/g, "#");
}
