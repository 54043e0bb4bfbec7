import { configurationName } from "./configuration-name.js";
import { meanInterval } from "../statistics/mean-interval.js";
import {
  metricValues,
  ranksOf,
  runsAt,
  type ComparisonRoles,
  type Run,
  type Configuration,
} from "./comparison-roles.js";
import { summarise } from "../statistics/sample.js";

/** A metric of one side at one rank, over its seeds. */
export interface ConfigurationMean {
  readonly rank: number;
  /** The name of the side. */
  readonly configuration: string;
  readonly mean: number;
  /** Of the mean; null with one run, and where all values are equal. */
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** The two sides that a study compares; where there are none, its configurations. */
export function comparedConfigurations(
  runs: readonly Run[],
  roles: ComparisonRoles | undefined,
): readonly Configuration[] {
  if (roles !== undefined) return [roles.baseline, roles.candidate];
  const byName = new Map<string, Set<string>>();
  for (const run of runs) {
    const name = configurationName(run);
    byName.set(name, (byName.get(name) ?? new Set()).add(run.id));
  }
  return [...byName].map(([name, ids]) => ({ name, runs: ids }));
}

/** The means of `metric` by rank, then side; without those that no run has a finite value for. */
export function configurationMeans(
  runs: readonly Run[],
  sides: readonly Configuration[],
  metric: string,
  confidence: number,
): readonly ConfigurationMean[] {
  return ranksOf(runs).flatMap((rank) =>
    sides.flatMap((side) => {
      const sample = summarise(metricValues(runsAt(runs, side, rank), metric));
      if (sample === undefined) return [];
      const interval = meanInterval(sample, confidence);
      const { mean, n } = sample;
      return [{ rank, configuration: side.name, mean, low: interval?.low ?? null, high: interval?.high ?? null, n }];
    }),
  );
}
