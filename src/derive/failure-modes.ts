import type { Severity } from "./confounds.js";
import { diagnosticSummary } from "./diagnostic-summary.js";
import { namedJobs } from "./named-jobs.js";
import { inferRoles, ranksOf, runsAt, type Run } from "./roles.js";
import type { HypothesisRule, StudyEvidence } from "./verdicts.js";

/** Something that went wrong in a study, in the notebook's table: symptom, cause, mitigation. */
export interface FailureMode {
  readonly kind: FailureKind;
  readonly symptom: string;
  readonly cause: string;
  readonly mitigation: string;
  readonly severity: Severity;
  readonly experiments: readonly Run[];
}

export type FailureKind =
  | "INSUFFICIENT_RANK"
  | "NON_MONOTONIC_RANK"
  | "WEIGHT_DIVERGENCE"
  | "INDEPENDENT_INITIALISATION"
  | "SLOW_DOWN"
  | "LOW_MEMORY_SAVING"
  | "MISSING_WEIGHTS"
  | "WEIGHTS_PENDING";

/** Quantizing 16-bit weights to 4 bits saves up to 75 %; below this share of memory the saving goes elsewhere. */
const EXPECTED_MEMORY_REDUCTION_PERCENT = 50;
/** A candidate slower than this share of the baseline's speed is worth a word. */
const EXPECTED_SPEEDUP = 0.9;

/** Finds the failure modes of a study by the notebook's rules, the most severe first. */
export function failureModes(study: StudyEvidence, rule: HypothesisRule): FailureMode[] {
  const bySeverity = { HIGH: 0, MEDIUM: 1, LOW: 2 } as const;
  return [
    ...insufficientRank(study, rule),
    ...nonMonotonicRank(study),
    ...weightDivergence(study, rule),
    ...independentInitialisation(study),
    ...costs(study),
    ...missingWeights(study),
    ...pendingWeights(study),
  ].sort((left, right) => bySeverity[left.severity] - bySeverity[right.severity]);
}

const list = (ranks: readonly number[]) => `r = ${ranks.join(", ")}`;

/** All runs of the two compared configurations at `ranks`. */
function compared(runs: readonly Run[], ranks: readonly number[]): Run[] {
  const roles = inferRoles(runs);
  if (roles === undefined) return [];
  return ranks.flatMap((rank) => [...runsAt(runs, roles.baseline, rank), ...runsAt(runs, roles.candidate, rank)]);
}

function insufficientRank(
  { runs, degradations }: StudyEvidence,
  { metric, thresholdPercent }: HypothesisRule,
): FailureMode[] {
  const failing = degradations.filter(({ degradation }) => degradation.acceptable === false).map(({ rank }) => rank);
  if (failing.length === 0) return [];
  return [
    {
      kind: "INSUFFICIENT_RANK",
      symptom: `${metric} degrades by ${thresholdPercent} % or more at ${list(failing)}`,
      cause: "The adapter has too few directions to make up for quantization",
      mitigation: "Use a larger rank, or more bits for the base weights",
      severity: "HIGH",
      experiments: compared(runs, failing),
    },
  ];
}

function nonMonotonicRank({ runs, degradations }: StudyEvidence): FailureMode[] {
  const tested = degradations.filter(({ degradation }) => degradation.acceptable !== null);
  const firstAcceptable = tested.findIndex(({ degradation }) => degradation.acceptable);
  const later = firstAcceptable < 0 ? [] : tested.slice(firstAcceptable + 1);
  const relapsed = later.filter(({ degradation }) => !degradation.acceptable).map(({ rank }) => rank);
  if (relapsed.length === 0) return [];
  return [
    {
      kind: "NON_MONOTONIC_RANK",
      symptom: `A smaller rank holds, but ${list(relapsed)} does not`,
      cause: "The difference between seeds, or a learning rate that does not suit the larger rank's step scale",
      mitigation: "Repeat with more seeds; keep alpha / r constant over the sweep, or use rsLoRA",
      severity: "MEDIUM",
      experiments: compared(runs, relapsed),
    },
  ];
}

function weightDivergence(
  { runs, similarities }: StudyEvidence,
  { similarityThreshold }: HypothesisRule,
): FailureMode[] {
  const diverged = similarities
    .filter(({ mean, sharedStart }) => mean !== null && mean <= similarityThreshold && sharedStart !== false)
    .map(({ rank }) => rank);
  if (diverged.length === 0) return [];
  return [
    {
      kind: "WEIGHT_DIVERGENCE",
      symptom: `The mean cosine of the updates is ${similarityThreshold} or less at ${list(diverged)}`,
      cause: "The candidate's adapter also learns to make up for the quantized base weights",
      mitigation: "Do not swap the adapters between bases; compare behaviour on held-out data before relying on either",
      severity: "MEDIUM",
      experiments: compared(runs, diverged),
    },
  ];
}

function independentInitialisation({ runs, similarities }: StudyEvidence): FailureMode[] {
  const independent = similarities.filter(({ sharedStart }) => sharedStart === false).map(({ rank }) => rank);
  if (independent.length === 0) return [];
  return [
    {
      kind: "INDEPENDENT_INITIALISATION",
      symptom: `The runs at ${list(independent)} started from different A`,
      cause: "They were not seeded alike before the adapter was made",
      mitigation:
        "Set the same seed right before get_peft_model in both runs, or leave these ranks out of weight comparisons",
      severity: "HIGH",
      experiments: compared(runs, independent),
    },
  ];
}

function costs({ runs }: StudyEvidence): FailureMode[] {
  const summaries = ranksOf(runs).map((rank) => ({ rank, ...diagnosticSummary(runs, rank, undefined) }));
  const slow = summaries
    .filter(({ speedup }) => speedup !== null && speedup < EXPECTED_SPEEDUP)
    .map(({ rank }) => rank);
  const heavy = summaries
    .filter(({ memoryReductionPercent: saved }) => saved !== null && saved < EXPECTED_MEMORY_REDUCTION_PERCENT)
    .map(({ rank }) => rank);
  const modes: FailureMode[] = [];
  if (slow.length > 0) {
    modes.push({
      kind: "SLOW_DOWN",
      symptom: `The candidate trains at less than ${EXPECTED_SPEEDUP} of the baseline's speed at ${list(slow)}`,
      cause: "Base weights are dequantized in every forward and backward pass",
      mitigation: "Spend the memory that was saved on a larger batch, or use fused dequantization kernels",
      severity: "LOW",
      experiments: compared(runs, slow),
    });
  }
  if (heavy.length > 0) {
    modes.push({
      kind: "LOW_MEMORY_SAVING",
      symptom: `The candidate saves less than ${EXPECTED_MEMORY_REDUCTION_PERCENT} % of peak memory at ${list(heavy)}`,
      cause: "Activations, optimizer state or unquantized modules take most of the memory",
      mitigation: "Use gradient checkpointing, a paged optimizer, or quantize the remaining modules",
      severity: "MEDIUM",
      experiments: compared(runs, heavy),
    });
  }
  return modes;
}

function missingWeights({ runs }: StudyEvidence): FailureMode[] {
  const missing = runs.filter((run) => !run.hasWeights);
  if (missing.length === 0) return [];
  return [
    {
      kind: "MISSING_WEIGHTS",
      symptom: `${missing.length} of ${runs.length} runs have no adapter weights in the folder`,
      cause: "They were not saved, or not copied with the rest (Git LFS files, size limits)",
      mitigation: "Copy adapter_model.safetensors of these runs into the folder and import it again",
      severity: "MEDIUM",
      experiments: missing,
    },
  ];
}

/** Not a failure yet: what the weights would say of these ranks is not known, and the list says so. */
function pendingWeights({ runs, similarities }: StudyEvidence): FailureMode[] {
  const pending = similarities.filter(({ pendingJobs }) => pendingJobs.length > 0);
  if (pending.length === 0) return [];
  const ranks = pending.map(({ rank }) => rank);
  return [
    {
      kind: "WEIGHTS_PENDING",
      symptom: `Whether the weights diverge at ${list(ranks)} is not known yet`,
      cause: `They are still being compared (${namedJobs(pending)})`,
      mitigation: "Ask again when that has ended, or with a longer waitSeconds",
      severity: "LOW",
      experiments: compared(runs, ranks),
    },
  ];
}
