import { diagnosticSummary, type DiagnosticSummary } from "../tradeoffs/diagnostic-summary.js";
import { ranksOf } from "../runs/comparison-roles.js";
import { comparedRuns, formatRanks, type FailureEvidence, type FailureMode } from "./failure-mode.js";

/** Quantizing 16-bit weights to 4 bits saves up to 75 %; below this share of memory the saving goes elsewhere. */
const EXPECTED_MEMORY_REDUCTION_PERCENT = 50;
/** A candidate slower than this share of the baseline's speed is worth a word. */
const EXPECTED_SPEEDUP = 0.9;

/** What quantization costs in time, and does not save in memory. */
export function costs(study: FailureEvidence): FailureMode[] {
  const summaries = ranksOf(study.runs).map((rank) => ({
    rank,
    ...diagnosticSummary(study.runs, rank, undefined, study.roles ?? null),
  }));
  return [
    ...slowDown(
      study,
      summaries.filter(({ speedup }) => speedup !== null && speedup < EXPECTED_SPEEDUP),
    ),
    ...lowSaving(
      study,
      summaries.filter(
        ({ memoryReductionPercent: saved }) => saved !== null && saved < EXPECTED_MEMORY_REDUCTION_PERCENT,
      ),
    ),
  ];
}

type RankSummary = DiagnosticSummary & { readonly rank: number };

function slowDown(study: FailureEvidence, slow: readonly RankSummary[]): FailureMode[] {
  if (slow.length === 0) return [];
  const ranks = slow.map(({ rank }) => rank);
  return [
    {
      kind: "SLOW_DOWN",
      symptom: `The candidate trains at less than ${EXPECTED_SPEEDUP} of the baseline's speed at ${formatRanks(ranks)}`,
      cause: "Base weights are dequantized in every forward and backward pass",
      mitigation: "Spend the memory that was saved on a larger batch, or use fused dequantization kernels",
      severity: "LOW",
      evidence: slow.map(({ rank, speedup }) => ({ label: `speedup at r = ${rank}`, value: speedup, unit: "times" })),
      experiments: comparedRuns(study, ranks),
    },
  ];
}

function lowSaving(study: FailureEvidence, heavy: readonly RankSummary[]): FailureMode[] {
  if (heavy.length === 0) return [];
  const ranks = heavy.map(({ rank }) => rank);
  return [
    {
      kind: "LOW_MEMORY_SAVING",
      symptom: `The candidate saves less than ${EXPECTED_MEMORY_REDUCTION_PERCENT} % of peak memory at ${formatRanks(ranks)}`,
      cause: "Activations, optimizer state or unquantized modules take most of the memory",
      mitigation: "Use gradient checkpointing, a paged optimizer, or quantize the remaining modules",
      severity: "MEDIUM",
      evidence: heavy.map(({ rank, memoryReductionPercent: value }) => ({
        label: `memory saved at r = ${rank}`,
        value,
        unit: "%",
      })),
      experiments: comparedRuns(study, ranks),
    },
  ];
}
