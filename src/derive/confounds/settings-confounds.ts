import type { Confound, ConfoundKind } from "./confound.js";
import { settingsFindings } from "./pair-confounds.js";
import { pairAt, ranksOf, type ComparisonRoles, type Run } from "../runs/comparison-roles.js";
import type { RunSettings } from "../runs/run-settings.js";

/** What concerns the weights alone, not what a run's metrics say. */
const OF_WEIGHTS: readonly ConfoundKind[] = ["DORA_DIRECTION_ONLY", "UNCOMPARED_TENSORS", "BASE_WEIGHTS_CHANGED"];

/**
 * Differences in training between the two runs that are compared at each rank, one confound for all ranks of which the same
 * is said; without `weights`, those that matter to metrics.
 */
export function settingsConfounds(
  runs: readonly Run[],
  roles: ComparisonRoles | undefined,
  settings: ReadonlyMap<string, RunSettings>,
  { weights }: { readonly weights: boolean },
): Confound[] {
  if (roles === undefined) return [];
  const byMessage = new Map<string, Confound>();
  for (const rank of ranksOf(runs)) {
    const pair = pairAt(runs, roles, rank);
    const [baseline, candidate] = [pair.baseline, pair.candidate].map((run) => run && settings.get(run.id));
    if (!baseline || !candidate) continue;
    for (const finding of settingsFindings(baseline, candidate)) {
      if (!weights && OF_WEIGHTS.includes(finding.kind)) continue;
      const key = `${finding.kind} ${finding.message}`;
      byMessage.set(key, { ...finding, ranks: [...(byMessage.get(key)?.ranks ?? []), rank] });
    }
  }
  return [...byMessage.values()];
}
