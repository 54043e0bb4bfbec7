import type { HypothesisVerdict } from "../hypotheses/hypothesis.js";
import { formatPendingJobs } from "../wording/pending-jobs.js";
import type { RankSimilarity } from "./rank-similarity.js";

export type ComparableRank<Layer> = RankSimilarity<Layer> & { readonly mean: number };

/** Ranks whose comparison is fair: some layers compared, and not known to have started from different A. */
export function comparableRanks<Layer>(similarities: readonly RankSimilarity<Layer>[]): ComparableRank<Layer>[] {
  return similarities.filter(
    (similarity): similarity is ComparableRank<Layer> => similarity.mean !== null && similarity.sharedStart !== false,
  );
}

/**
 * What is said while weights are still being compared, of all ranks: a verdict over those that are there could be another
 * one a moment later. Undefined where nothing is pending.
 */
export function undecided(
  comparisons: readonly { readonly rank: number; readonly pendingJobs: readonly string[] }[],
): [HypothesisVerdict, string] | undefined {
  const pending = comparisons.filter(({ pendingJobs }) => pendingJobs.length > 0);
  if (pending.length === 0) return undefined;
  const ranks = [...new Set(pending.map(({ rank }) => rank))].join(", ");
  return ["INCONCLUSIVE", `the weights at r = ${ranks} are still being compared (${formatPendingJobs(pending)})`];
}
