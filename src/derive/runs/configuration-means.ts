import { summarise, type Interval, type Sample } from "../statistics/sample.js";
import { studentT } from "../statistics/student-t.js";
import { runSteps, type Steps } from "../steps.js";
import {
  configurationName,
  groupRunsOf,
  metricValues,
  ranksOf,
  runsAt,
  runsByRank,
  type ComparisonRoles,
  type Configuration,
  type Run,
} from "./comparison-roles.js";
import { groupByData } from "./run-data.js";

/** The mean of a metric over the seeds of one configuration at one rank. */
export interface ConfigurationMean {
  readonly rank: number;
  /** Name of the configuration. */
  readonly configuration: string;
  readonly mean: number;
  /** Confidence interval of the mean. Null for a single run, and for equal values. */
  readonly low: number | null;
  readonly high: number | null;
  /** Number of runs. */
  readonly n: number;
}

/** Returns the baseline and the candidate. Without roles, returns every configuration of the study. */
export function comparedConfigurations(
  runs: readonly Run[],
  roles: ComparisonRoles | undefined,
): readonly Configuration[] {
  if (roles !== undefined) return [roles.baseline, roles.candidate];
  const idsByName = new Map<string, Set<string>>();
  for (const run of runs) {
    const name = configurationName(run);
    const ids = idsByName.get(name) ?? new Set();
    idsByName.set(name, ids.add(run.id));
  }
  return [...idsByName].map(([name, ids]) => ({ name, runs: ids }));
}

/**
 * Returns the means of `metric` by rank, then by configuration. Runs of different tasks or data sets have means of their own,
 * which the name of the configuration tells apart. Means without a finite value are left out.
 */
export function configurationMeans(
  runs: readonly Run[],
  configurations: readonly Configuration[],
  metric: string,
  confidence: number,
): readonly ConfigurationMean[] {
  return runSteps(configurationMeanSteps(runs, configurations, metric, confidence));
}

/** Computes the means in steps, one for each configuration at a rank. */
export function* configurationMeanSteps(
  runs: readonly Run[],
  configurations: readonly Configuration[],
  metric: string,
  confidence: number,
): Steps<readonly ConfigurationMean[]> {
  const means: ConfigurationMean[] = [];
  yield* runsByRank(runs);
  for (const configuration of configurations) yield* groupRunsOf(runs, configuration);
  for (const rank of ranksOf(runs)) {
    for (const configuration of configurations) {
      const ofRank = runsAt(runs, configuration, rank);
      yield ITEMS_PER_MEAN + 2 * ofRank.length;
      for (const { label, items } of groupByData(ofRank, metric)) {
        const sample = summarise(metricValues(items, metric));
        if (sample === undefined) continue;
        const interval = meanInterval(sample, confidence);
        means.push({
          rank,
          configuration: label === null ? configuration.name : `${configuration.name} (${label})`,
          mean: sample.mean,
          low: interval?.low ?? null,
          high: interval?.high ?? null,
          n: sample.n,
        });
      }
    }
  }
  return means;
}

/** Items of simple work that an interval of a mean is. */
const ITEMS_PER_MEAN = 20;

/**
 * Returns the confidence interval of a mean by Student's t distribution with n - 1 degrees of freedom. Null for a single
 * value, and for equal values, which give no estimate of the variation.
 */
export function meanInterval({ mean, standardDeviation, n }: Sample, confidence: number): Interval | null {
  if (standardDeviation === null || standardDeviation === 0) return null;
  const halfWidth = (studentT(confidence, n - 1) * standardDeviation) / Math.sqrt(n);
  return { low: mean - halfWidth, high: mean + halfWidth, confidence };
}
