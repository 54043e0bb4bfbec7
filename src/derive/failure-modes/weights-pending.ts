import { formatPendingJobs, formatRanks } from "../wording.js";
import { comparedRuns, type DetectedFailure, type FailureEvidence, type FailureModeRule } from "./failure-mode-rule.js";

/** This is not a failure but a note that the list may be incomplete. */
export const weightsPending = {
  kind: "WEIGHTS_PENDING",
  description: "Weights are still being compared, so the result is not known yet.",
  detect,
} as const satisfies FailureModeRule;

function detect(study: FailureEvidence): DetectedFailure | undefined {
  const floors = study.noiseFloors.map(({ summary }) => summary);
  const pending = [...study.similarities, ...study.spectra, ...floors].filter(isPending);
  if (pending.length === 0) return undefined;
  const ranks = study.similarities.filter(isPending).map(({ rank }) => rank);
  const runs = study.spectra.filter(isPending).map(({ run }) => run);
  return {
    symptom:
      ranks.length > 0
        ? `Whether the weights diverge at ${formatRanks(ranks)} is not known yet.`
        : "Some results from the weights are not known yet.",
    cause: `The weights are still being compared (${formatPendingJobs(pending)}).`,
    mitigation: "Repeat the request after these jobs end, or use a longer waitSeconds.",
    severity: "LOW",
    evidence: [],
    experiments: [...new Set([...comparedRuns(study, ranks), ...runs])],
  };
}

function isPending({ pendingJobs }: { readonly pendingJobs: readonly string[] }): boolean {
  return pendingJobs.length > 0;
}
