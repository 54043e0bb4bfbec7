import type { VerdictCertainty } from "../../model/enums/statistics.js";
import { independentRuns, isVarying } from "../degradation/replicates.js";
import { configurationName, type Run } from "../runs/comparison-roles.js";
import { meanInterval } from "../runs/configuration-means.js";
import { dataGroupSteps } from "../runs/run-data.js";
import { summarise, type Interval, type Sample } from "../statistics/sample.js";
import { eachInSteps, type Steps } from "../steps.js";

/** All runs of one configuration at one rank, and the values of a metric over them. */
export interface ConfigurationRuns {
  /** `4bit` */
  readonly configuration: string;
  readonly rank: number;
  readonly runs: readonly Run[];
}

/** The metric of one configuration at one rank. */
export interface ConfigurationResult extends ConfigurationRuns {
  readonly sample: Sample;
  /** 95 % confidence interval of the mean. Null for a single run, and for equal values. */
  readonly interval: Interval | null;
  readonly certainty: VerdictCertainty;
  /** The worst value of a run. */
  readonly worst: number;
  /** The run whose value is closest to the mean. The best run would promise more than another seed keeps. */
  readonly typical: Run;
}

const CONFIDENCE = 0.95;

/** The groups of each list of runs. */
const GROUPED = new WeakMap<readonly Run[], readonly ConfigurationRuns[]>();

/**
 * Groups runs by configuration, rank, task and data set, in the order of their first runs. Each list is grouped once, in steps.
 */
export function* configurationsOf(runs: readonly Run[]): Steps<readonly ConfigurationRuns[]> {
  const known = GROUPED.get(runs);
  if (known !== undefined) return known;
  const groups = new Map<string, { configuration: string; rank: number; runs: Run[] }>();
  yield* eachInSteps(runs, (run) => {
    const configuration = configurationName(run);
    const key = `${run.rank} ${configuration}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { configuration, rank: run.rank, runs: [run] });
    else group.runs.push(run);
  });
  const grouped: ConfigurationRuns[] = [];
  for (const group of groups.values()) {
    for (const { label, items } of yield* dataGroupSteps(group.runs)) {
      const configuration = label === null ? group.configuration : `${group.configuration} (${label})`;
      grouped.push({ ...group, configuration, runs: items });
    }
  }
  GROUPED.set(runs, grouped);
  return grouped;
}

/** Returns `4bit at r = 8`. */
export function resultName({ configuration, rank }: ConfigurationRuns): string {
  return `${configuration} at r = ${rank}`;
}

/** Returns the result of a metric over a configuration's runs; undefined if none has a finite value. */
export function configurationResult(
  group: ConfigurationRuns,
  metric: string,
  higherIsBetter: boolean,
): ConfigurationResult | undefined {
  const measured = group.runs.flatMap((run) => {
    const value = run.metrics.get(metric);
    return value !== undefined && Number.isFinite(value) ? [{ run, seed: run.seed, weights: run.weights, value }] : [];
  });
  const values = independentRuns(measured).map(({ value }) => value);
  const sample = summarise(values);
  if (sample === undefined) return undefined;
  const typical = measured.reduce((closest, entry) =>
    Math.abs(entry.value - sample.mean) < Math.abs(closest.value - sample.mean) ? entry : closest,
  );
  const worse = higherIsBetter ? Math.min : Math.max;
  const interval = isVarying(values) ? meanInterval(sample, CONFIDENCE) : null;
  return {
    ...group,
    sample,
    interval,
    certainty: interval === null ? "POINT_ESTIMATE" : "INTERVAL",
    worst: measured.reduce((worst, { value }) => worse(worst, value), sample.mean),
    typical: typical.run,
  };
}
