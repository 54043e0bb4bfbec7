import type { Run } from "../runs/comparison-roles.js";
import type { DetectedFailure, FailureEvidence, FailureModeRule } from "./failure-mode-rule.js";
import { formatSteps } from "../wording.js";

export const nonFinite = {
  kind: "NON_FINITE",
  description: "Metrics, curves or weights contain NaN or infinite numbers.",
  detect,
} as const satisfies FailureModeRule;

/** A run with the metrics, curves and layers that contain NaN or infinite numbers. */
interface NonFiniteRun {
  readonly run: Run;
  readonly locations: readonly string[];
}

function detect(study: FailureEvidence): DetectedFailure | undefined {
  const affected = study.runs
    .map((run): NonFiniteRun => ({ run, locations: locationsOf(study, run) }))
    .filter(({ locations }) => locations.length > 0);
  const affectedRanks = ranksWithNonFiniteWeights(study);
  if (affected.length === 0 && affectedRanks.length === 0) return undefined;
  const locations =
    affected.length > 0
      ? affected.map(({ run, locations: ofRun }) => `${run.name}: ${ofRun.join(", ")}`)
      : affectedRanks.map((rank) => `weights of r = ${rank}`);
  // Loss scaling skips steps whose gradient overflowed. A few of them do no harm.
  const isGradientOnly =
    affectedRanks.length === 0 && affected.every(({ locations: ofRun }) => ofRun.every(isGradientLocation));
  return {
    symptom: `NaN or infinite numbers occur (${locations.join("; ")}).`,
    cause: isGradientOnly
      ? "Some gradients left the range of the compute dtype. Loss scaling skips such steps."
      : "Training diverged, or numbers left the range of float16.",
    mitigation: "Train in bfloat16 or float32, lower the learning rate, or clip gradients. Use an earlier checkpoint.",
    severity: isGradientOnly ? "LOW" : "HIGH",
    evidence: affected.map(({ run, locations: ofRun }) => ({
      label: `curves, metrics and layers of ${run.name} with such numbers`,
      value: ofRun.length,
      unit: "",
    })),
    experiments: affected.map(({ run }) => run),
  };
}

function locationsOf({ curves, spectra }: FailureEvidence, run: Run): string[] {
  const metrics = [...run.metrics].filter(([, value]) => !Number.isFinite(value)).map(([name]) => name);
  const logged = [...(curves.get(run.id) ?? [])].flatMap(([name, { steps, values }]) => {
    const nonFiniteSteps = steps.filter((_, i) => !Number.isFinite(values[i]));
    return nonFiniteSteps.length === 0 ? [] : [`${name} at ${formatSteps(nonFiniteSteps)}`];
  });
  const layers = spectra
    .filter((entry) => entry.run.id === run.id)
    .flatMap((entry) => entry.layers)
    .filter(({ spectrum }) => spectrum.undefinedReason === "NOT_FINITE")
    .map(({ layer }) => `weights of ${layer.name}`);
  return [...metrics, ...logged, ...layers];
}

function ranksWithNonFiniteWeights({ similarities }: FailureEvidence): number[] {
  return similarities
    .filter(({ layers }) => layers.some(({ similarity }) => similarity.undefinedReason === "NOT_FINITE"))
    .map(({ rank }) => rank);
}

function isGradientLocation(location: string): boolean {
  return location.startsWith("grad_norm ");
}
