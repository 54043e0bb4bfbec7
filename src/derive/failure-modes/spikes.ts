import type { Evidence } from "../study-evidence.js";
import { formatSteps } from "../wording.js";
import type { DetectedFailure, FailureEvidence, FailureModeRule } from "./failure-mode-rule.js";

export const lossSpike = {
  kind: "LOSS_SPIKE",
  description:
    "A training loss is 1.5 times the median of its neighbours and 6 robust standard deviations above that median.",
  detect: (study) =>
    spikesOf(study, "loss", "lossSpikes", {
      quantity: "training loss",
      cause: "Batches with broken or outlying examples, or steps that are too large for the precision in use.",
      mitigation:
        "Inspect the batches of these steps. Clip gradients, lower the learning rate, or use a longer warm-up.",
      severity: "MEDIUM",
    }),
} as const satisfies FailureModeRule;

export const gradientSpike = {
  kind: "GRADIENT_SPIKE",
  description: "A gradient norm exceeds its neighbours by the limits of LOSS_SPIKE.",
  detect: (study) =>
    spikesOf(study, "grad_norm", "gradientSpikes", {
      quantity: "gradient norm",
      cause: "Batches with outlying examples, or numbers outside the range of the compute dtype.",
      mitigation: "Clip gradients (max_grad_norm), lower the learning rate, or compute in bfloat16.",
      severity: "LOW",
    }),
} as const satisfies FailureModeRule;

interface SpikeWording extends Pick<DetectedFailure, "cause" | "mitigation" | "severity"> {
  readonly quantity: string;
}

function spikesOf(
  { runs, curves }: FailureEvidence,
  curveName: string,
  found: "lossSpikes" | "gradientSpikes",
  { quantity, ...wording }: SpikeWording,
): DetectedFailure | undefined {
  const spiking = runs.flatMap((run) => {
    const spikes = curves.get(run.id)?.[found] ?? [];
    return spikes.length === 0 ? [] : [{ run, spikes }];
  });
  if (spiking.length === 0) return undefined;
  const locations = spiking.map(({ run, spikes }) => `${run.name} (${formatSteps(spikes.map(({ step }) => step))})`);
  return {
    ...wording,
    symptom: `The ${quantity} spikes in ${locations.join(", ")}.`,
    evidence: spiking.flatMap(({ run, spikes }): Evidence[] =>
      spikes.map(({ step, value }) => ({
        label: `${curveName} of ${run.name} at step ${step}`,
        value,
        unit: curveName,
      })),
    ),
    experiments: spiking.map(({ run }) => run),
  };
}
