import { BoundedMap } from "../../model/bounded-map.js";
import { standardErrorName } from "../../model/evaluations.js";
import { runsAt, type ComparisonRoles, type Configuration, type Run } from "../runs/comparison-roles.js";
import { eachInSteps, runSteps, type Steps } from "../steps.js";
import { itemDifference, type ItemDifference, type MeasuredValue } from "./item-difference.js";

interface JudgedMetric {
  readonly metric: string;
  readonly higherIsBetter: boolean | null;
  readonly confidence: number;
}

/**
 * Returns the difference between baseline and candidate at one rank, with the uncertainty of a finite number of items, from the
 * standard errors that evaluation tools report. Null if no run has one. The runs of a configuration answer the same items, so the
 * standard error of their mean is the mean of theirs: more seeds do not reduce it.
 */
export function itemUncertainty(
  runs: readonly Run[],
  roles: ComparisonRoles | undefined,
  rank: number,
  { metric, higherIsBetter, confidence }: JudgedMetric,
): ItemDifference | null {
  if (roles === undefined || !runSteps(metricNameSteps(runs)).has(standardErrorName(metric))) return null;
  const measured = [roles.baseline, roles.candidate].map((role) => meanOfRuns(runs, role, rank, metric));
  if (measured.every((value) => value?.standardError == null)) return null;
  return itemDifference(measured[0], measured[1], higherIsBetter, confidence);
}

/** The names of all metrics of each list of runs: most have no standard error, and their runs need not be read for each rank. */
const NAMES = new WeakMap<readonly Run[], ReadonlySet<string>>();

/** Returns the names of all metrics of the runs. They are read once, in steps. */
export function* metricNameSteps(runs: readonly Run[]): Steps<ReadonlySet<string>> {
  const known = NAMES.get(runs);
  if (known !== undefined) return known;
  const names = new Set<string>();
  yield* eachInSteps(runs, ({ metrics }) => {
    for (const name of metrics.keys()) names.add(name);
  });
  NAMES.set(runs, names);
  return names;
}

/** Number of means that are kept with each list of runs and configuration. */
const KEPT_MEANS = 1_000;

/** The means of each list of runs by configuration, rank and metric: the aliases of a request share them. */
const MEANS = new WeakMap<readonly Run[], WeakMap<Configuration, Map<string, MeasuredValue | undefined>>>();

function meanOfRuns(
  runs: readonly Run[],
  configuration: Configuration,
  rank: number,
  metric: string,
): MeasuredValue | undefined {
  const ofRuns = MEANS.get(runs) ?? new WeakMap<Configuration, Map<string, MeasuredValue | undefined>>();
  MEANS.set(runs, ofRuns);
  const known = ofRuns.get(configuration) ?? new BoundedMap<string, MeasuredValue | undefined>(KEPT_MEANS);
  ofRuns.set(configuration, known);
  const key = `${rank} ${metric}`;
  if (!known.has(key)) known.set(key, computeMean(runs, configuration, rank, metric));
  return known.get(key);
}

function computeMean(
  runs: readonly Run[],
  configuration: Configuration,
  rank: number,
  metric: string,
): MeasuredValue | undefined {
  const found = runsAt(runs, configuration, rank).flatMap(({ metrics }) => {
    const value = metrics.get(metric);
    return value === undefined ? [] : [{ value, error: metrics.get(standardErrorName(metric)) }];
  });
  if (found.length === 0) return undefined;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const errors = found.flatMap(({ error }) => error ?? []);
  return {
    value: mean(found.map(({ value }) => value)),
    standardError: errors.length === found.length ? mean(errors) : null,
  };
}
