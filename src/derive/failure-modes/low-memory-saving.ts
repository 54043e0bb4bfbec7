import { ranksOf } from "../runs/comparison-roles.js";
import { runCounts } from "../tradeoffs/cost-comparison.js";
import { diagnosticSummary } from "../tradeoffs/diagnostic-summary.js";
import { formatRanks } from "../wording.js";
import { comparedRuns, type DetectedFailure, type FailureEvidence, type FailureModeRule } from "./failure-mode-rule.js";

export const lowMemorySaving = {
  kind: "LOW_MEMORY_SAVING",
  description: "The candidate saves less than 50 % of peak memory.",
  detect,
} as const satisfies FailureModeRule;

/** Minimum expected saving. Quantizing base weights from 16 to 4 bits saves up to 75 %. */
const MIN_REDUCTION_PERCENT = 50;

function detect(study: FailureEvidence): DetectedFailure | undefined {
  const low = ranksOf(study.runs).flatMap((rank) => {
    const summary = diagnosticSummary(study.runs, rank, undefined, study.roles ?? null);
    const percent = summary.memoryReductionPercent;
    // An interval that contains the minimum decides nothing.
    const isLow = percent !== null && (summary.memory.interval?.high ?? percent) < MIN_REDUCTION_PERCENT;
    return isLow ? [{ rank, percent, runs: runCounts(summary.memory) }] : [];
  });
  if (low.length === 0) return undefined;
  const ranks = low.map(({ rank }) => rank);
  return {
    symptom: `The candidate saves less than ${MIN_REDUCTION_PERCENT} % of peak memory at ${formatRanks(ranks)}.`,
    cause: "Activations, optimizer state or unquantized modules probably use most of the memory.",
    mitigation: "Use gradient checkpointing or a paged optimizer, or quantize the remaining modules.",
    severity: "MEDIUM",
    evidence: low.map(({ rank, percent, runs }) => ({
      label: `memory saved at r = ${rank} (${runs})`,
      value: percent,
      unit: "%",
    })),
    experiments: comparedRuns(study, ranks),
  };
}
