import { ranksOf } from "../runs/comparison-roles.js";
import { runCounts } from "../tradeoffs/cost-comparison.js";
import { diagnosticSummary } from "../tradeoffs/diagnostic-summary.js";
import { formatRanks } from "../wording.js";
import { comparedRuns, type DetectedFailure, type FailureEvidence, type FailureModeRule } from "./failure-mode-rule.js";

export const slowDown = {
  kind: "SLOW_DOWN",
  description: "The candidate reaches less than 0.9 of the baseline's speed.",
  detect,
} as const satisfies FailureModeRule;

/** Minimum expected speed of the candidate, relative to the baseline. */
const MIN_SPEEDUP = 0.9;

function detect(study: FailureEvidence): DetectedFailure | undefined {
  const slow = ranksOf(study.runs).flatMap((rank) => {
    const { speedup, timePerStep } = diagnosticSummary(study.runs, rank, undefined, study.roles ?? null);
    // An interval that contains the minimum decides nothing.
    const isSlow = speedup !== null && (timePerStep.interval?.high ?? speedup) < MIN_SPEEDUP;
    return isSlow ? [{ rank, speedup, runs: runCounts(timePerStep) }] : [];
  });
  if (slow.length === 0) return undefined;
  const ranks = slow.map(({ rank }) => rank);
  return {
    symptom: `The candidate trains at less than ${MIN_SPEEDUP} of the baseline's speed at ${formatRanks(ranks)}.`,
    cause:
      "Quantized base weights are dequantized in every forward and backward pass; other loads on the machine may add to it.",
    mitigation: "Use the saved memory for a larger batch, or use fused dequantization kernels.",
    severity: "LOW",
    evidence: slow.map(({ rank, speedup, runs }) => ({
      label: `speedup at r = ${rank} (${runs})`,
      value: speedup,
      unit: "times",
    })),
    experiments: comparedRuns(study, ranks),
  };
}
