import { configurationName } from "./configuration-name.js";
import { meanInterval } from "./mean-interval.js";
import { metricValues, ranksOf, runsAt, type Roles, type Run, type Side } from "./roles.js";
import { summarise } from "./statistics.js";

/** A metric of one side at one rank, over its seeds. */
export interface SideMean {
  readonly rank: number;
  /** The name of the side. */
  readonly side: string;
  readonly mean: number;
  /** Of the mean; null with one run, and where all values are equal. */
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** The two sides that a study compares; where there are none, its configurations. */
export function sidesOf(runs: readonly Run[], roles: Roles | undefined): readonly Side[] {
  if (roles !== undefined) return [roles.baseline, roles.candidate];
  const byName = new Map<string, Set<string>>();
  for (const run of runs) {
    const name = configurationName(run);
    byName.set(name, (byName.get(name) ?? new Set()).add(run.id));
  }
  return [...byName].map(([name, ids]) => ({ name, runs: ids }));
}

/** The means of `metric` by rank, then side; without those that no run has a finite value for. */
export function sideMeans(
  runs: readonly Run[],
  sides: readonly Side[],
  metric: string,
  confidence: number,
): readonly SideMean[] {
  return ranksOf(runs).flatMap((rank) =>
    sides.flatMap((side) => {
      const sample = summarise(metricValues(runsAt(runs, side, rank), metric));
      if (sample === undefined) return [];
      const interval = meanInterval(sample, confidence);
      const { mean, n } = sample;
      return [{ rank, side: side.name, mean, low: interval?.low ?? null, high: interval?.high ?? null, n }];
    }),
  );
}
