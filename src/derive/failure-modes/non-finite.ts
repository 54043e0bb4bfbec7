import type { Run } from "../runs/comparison-roles.js";
import type { DetectedFailure, FailureEvidence, FailureModeRule, LayerSpectrum } from "./failure-mode-rule.js";
import { eachInSteps, type Steps } from "../steps.js";
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

function* detect(study: FailureEvidence): Steps<DetectedFailure | undefined> {
  const layersByRun = new Map(study.spectra.map(({ run, layers }) => [run.id, layers]));
  const affected: NonFiniteRun[] = [];
  yield* eachInSteps(study.runs, (run) => {
    const ofRun = locationsOf(study, layersByRun, run);
    if (ofRun.length > 0) affected.push({ run, locations: ofRun });
  });
  const affectedRanks = yield* ranksWithNonFiniteWeights(study);
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

type LayersByRun = ReadonlyMap<string, readonly LayerSpectrum[]>;

function locationsOf({ curves }: FailureEvidence, layersByRun: LayersByRun, run: Run): string[] {
  const metrics = [...run.metrics].filter(([, value]) => !Number.isFinite(value)).map(([name]) => name);
  const logged = (curves.get(run.id)?.nonFinite ?? []).map(({ name, steps }) => `${name} at ${formatSteps(steps)}`);
  const layers = (layersByRun.get(run.id) ?? [])
    .filter(({ spectrum }) => spectrum.undefinedReason === "NOT_FINITE")
    .map(({ layer }) => `weights of ${layer.name}`);
  return [...metrics, ...logged, ...layers];
}

function* ranksWithNonFiniteWeights({ similarities }: FailureEvidence): Steps<number[]> {
  const ranks: number[] = [];
  for (const { rank, layers } of similarities) {
    yield layers.length;
    if (layers.some(({ similarity }) => similarity.undefinedReason === "NOT_FINITE")) ranks.push(rank);
  }
  return ranks;
}

function isGradientLocation(location: string): boolean {
  return location.startsWith("grad_norm ");
}
