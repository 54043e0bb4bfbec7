import { BoundedMap } from "../../model/bounded-map.js";
import { groupRuns, ranksOf, runsAt, type ComparisonRoles, type Run } from "../runs/comparison-roles.js";
import { runSteps, type Steps } from "../steps.js";
import { DEFAULT_SEED_ANALYSIS, drawsOf, type SeedAnalysis, type SeededValue } from "./seed-analysis.js";

/** The rule that accepts or rejects a degradation. */
export interface AcceptanceRule {
  /** Name of a metric of the runs. */
  readonly metric: string;
  /** A degradation is acceptable strictly below this, in percent. */
  readonly thresholdPercent: number;
  /** Judge the magnitude, as the notebook does: an improvement beyond the threshold is then unacceptable too. */
  readonly twoSided: boolean;
  /** Whether higher values of the metric are better. Null is unknown, and then nothing is acceptable. Default false. */
  readonly higherIsBetter?: boolean | null | undefined;
  readonly analysis?: SeedAnalysis | undefined;
}

/** The values of a metric at one rank. NaN and infinite values are those of runs that diverged. */
export interface RankValues {
  readonly rank: number;
  readonly baseline: readonly SeededValue[];
  readonly candidate: readonly SeededValue[];
}

/** The input from which the degradations of a study are computed. It has nothing else, because it is copied to a thread. */
export interface DegradationInput {
  /** Sorted by rank, ascending. */
  readonly ranks: readonly RankValues[];
  readonly rule: AcceptanceRule;
  /** Null if the study has no two configurations to compare. */
  readonly names: RoleNames | null;
}

/** Names of baseline and candidate in messages. */
export interface RoleNames {
  readonly baseline: string;
  readonly candidate: string;
}

/** Selects the values of the rule's metric at every rank. Takes linear time in the number of runs. */
export function degradationInput(
  runs: readonly Run[],
  rule: AcceptanceRule,
  roles: ComparisonRoles | null,
): DegradationInput {
  return runSteps(degradationInputSteps(runs, rule, roles));
}

/** Selects the values in steps. Inputs of the same runs, roles and metric share them. */
export function* degradationInputSteps(
  runs: readonly Run[],
  rule: AcceptanceRule,
  roles: ComparisonRoles | null,
): Steps<DegradationInput> {
  const ranks = yield* rankValues(runs, rule.metric, roles);
  return { ranks, rule, names: roles && { baseline: roles.baseline.name, candidate: roles.candidate.name } };
}

/** Stands for a study without roles. */
const NO_ROLES = {};
/** Number of metrics whose values are kept with each list of runs and its roles. */
const KEPT_METRICS = 32;
/** The values of each list of runs, by roles and metric. */
const SELECTED = new WeakMap<readonly Run[], WeakMap<object, Map<string, readonly RankValues[]>>>();

function* rankValues(
  runs: readonly Run[],
  metric: string,
  roles: ComparisonRoles | null,
): Steps<readonly RankValues[]> {
  const ofRuns = SELECTED.get(runs) ?? new WeakMap<object, Map<string, readonly RankValues[]>>();
  SELECTED.set(runs, ofRuns);
  const ofRoles = ofRuns.get(roles ?? NO_ROLES) ?? new BoundedMap<string, readonly RankValues[]>(KEPT_METRICS);
  ofRuns.set(roles ?? NO_ROLES, ofRoles);
  const known = ofRoles.get(metric);
  if (known !== undefined) return known;
  yield* groupRuns(runs, roles ?? undefined);
  const selected: RankValues[] = [];
  for (const rank of ranksOf(runs)) {
    const baselines = roles === null ? [] : runsAt(runs, roles.baseline, rank);
    const candidates = roles === null ? [] : runsAt(runs, roles.candidate, rank);
    yield baselines.length + candidates.length;
    selected.push({
      rank,
      baseline: seededValues(baselines, metric),
      candidate: seededValues(candidates, metric),
    });
  }
  ofRoles.set(metric, selected);
  return selected;
}

/** Returns an upper bound of the number of values that the bootstrap of all ranks draws; 0 without a bootstrap. */
export function degradationDraws({ ranks, rule: { analysis = DEFAULT_SEED_ANALYSIS } }: DegradationInput): number {
  return ranks.reduce((sum, { baseline, candidate }) => sum + drawsOf(baseline.length, candidate.length, analysis), 0);
}

/** Returns the recorded values of a metric with the seeds of their runs. */
export function seededValues(runs: readonly Run[], metric: string): SeededValue[] {
  // Faster than flatMap, which makes a list for each run: this is read for each alias of a request.
  const values: SeededValue[] = [];
  for (const { seed, weights, data, metrics } of runs) {
    const value = metrics.get(metric);
    if (value !== undefined) values.push({ seed, value, weights, data });
  }
  return values;
}
