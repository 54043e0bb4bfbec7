import { formatPendingJobs } from "../wording/format-pending-jobs.js";
import { formatRanks } from "../wording/format-ranks.js";
import type { ReasonedVerdict } from "./hypothesis.js";

/** A comparison at a rank, with the ids of the jobs that still compute it. */
export interface PendingComparison {
  readonly rank: number;
  readonly pendingJobs: readonly string[];
}

/**
 * Returns the verdict while weights are still being compared, because a verdict over the available ranks might change.
 * Undefined if nothing is pending.
 */
export function pendingVerdict(comparisons: readonly PendingComparison[]): ReasonedVerdict | undefined {
  const pending = comparisons.filter(({ pendingJobs }) => pendingJobs.length > 0);
  if (pending.length === 0) return undefined;
  const ranks = [...new Set(pending.map(({ rank }) => rank))];
  return {
    verdict: "INCONCLUSIVE",
    because: `The weights at ${formatRanks(ranks)} are still being compared (${formatPendingJobs(pending)}).`,
  };
}
