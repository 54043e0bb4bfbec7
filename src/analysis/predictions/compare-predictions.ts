import type { PairedAnalysis, PredictionsComparison } from "../../derive/predictions/compare-predictions.js";
import { failure } from "../../errors.js";
import type { Experiment } from "../../store/studies/experiments.js";
import {
  predictionColumns,
  type StoredPredictionColumns,
  type StoredPredictionSet,
} from "../../store/studies/predictions.js";
import type { AnalysisContext } from "../request/analysis-context.js";

/** Sets of a run that are searched for a task. One task has a set for each file and filter. */
const MAX_SETS_OF_TASK = 1_000;
/** Names quoted in a message. */
const MAX_QUOTED_NAMES = 10;

export interface PredictionsRequest {
  readonly task: string;
  /** Undefined or null for the first filter that both runs have. */
  readonly filter?: string | null | undefined;
  /** Undefined or null for the first metric that both runs have. */
  readonly metric?: string | null | undefined;
  readonly analysis: PairedAnalysis;
}

/** Two compared sets and the result. */
export interface ComparedSets {
  readonly baseline: StoredPredictionSet;
  readonly candidate: StoredPredictionSet;
  /** The compared metric; null for exact matches with the target. */
  readonly metric: string | null;
  readonly result: PredictionsComparison;
}

/**
 * Compares the predictions of two runs for one task. Of several files with the task, the last by name is compared.
 *
 * @throws ARGUMENT_INVALID if a run has no predictions of the task, filter or metric, or if their items cannot be matched;
 * QUERY_TOO_EXPENSIVE
 */
export async function comparePredictions(
  { database, loaders, derivations }: AnalysisContext,
  [left, right]: readonly [Experiment, Experiment],
  { task, filter, metric: requested, analysis }: PredictionsRequest,
): Promise<ComparedSets> {
  const [lefts, rights] = await Promise.all([left, right].map(({ id }) => setsOfTasks(loaders, id, [task])));
  requireTask(left, lefts ?? [], task, "baseline");
  requireTask(right, rights ?? [], task, "candidate");
  const chosen = chooseSets(lefts ?? [], rights ?? [], { filter, metric: requested });
  const { baseline, candidate, metric } = chosen;
  const columns = await predictionColumns(database, [...new Set([baseline.hash, candidate.hash])], metric);
  return compareSets(derivations, chosen, columns, analysis);
}

/** Loads the sets of predictions of a run for some tasks. */
export function setsOfTasks(
  { predictionSets }: AnalysisContext["loaders"],
  experimentId: string,
  tasks: readonly string[],
): Promise<StoredPredictionSet[]> {
  return predictionSets.load({ experimentId, tasks, after: null, limit: MAX_SETS_OF_TASK * tasks.length });
}

/** Two sets to compare, and the metric; null for exact matches with the target. */
export type ChosenSets = Omit<ComparedSets, "result">;

/**
 * Chooses the sets of two runs with one filter, and the metric. Of several files, the last by name is chosen.
 *
 * @throws ARGUMENT_INVALID if no filter or metric is in both, or if their items cannot be matched
 */
export function chooseSets(
  lefts: readonly StoredPredictionSet[],
  rights: readonly StoredPredictionSet[],
  { filter, metric }: Pick<PredictionsRequest, "filter" | "metric">,
): ChosenSets {
  const [baseline, candidate] = commonSets(lefts, rights, filter);
  if (baseline.identity !== candidate.identity) {
    throw failure("ARGUMENT_INVALID", {
      where: "task",
      received: `items by ${baseline.identity} in ${baseline.source} and by ${candidate.identity} in ${candidate.source}`,
      allowed: "two files whose items are identified alike",
    });
  }
  return { baseline, candidate, metric: metricOf(baseline, candidate, metric) };
}

/** Compares two sets. @param columns stored columns of both, with the values of the metric */
export async function compareSets(
  derivations: AnalysisContext["derivations"],
  { baseline, candidate, metric }: ChosenSets,
  columns: readonly StoredPredictionColumns[],
  analysis: PairedAnalysis,
): Promise<ComparedSets> {
  const columnsOf = ({ hash }: StoredPredictionSet): StoredPredictionColumns => {
    const found = columns.find((one) => one.hash === hash);
    if (found === undefined) throw new Error(`The predictions ${hash} are not stored.`);
    return found;
  };
  const compared = (set: StoredPredictionSet) => ({ ...columnsOf(set), ...(metric === null && { values: null }) });
  const input = { baseline: compared(baseline), candidate: compared(candidate), analysis };
  return { baseline, candidate, metric, result: await derivations.comparePredictions(input) };
}

function requireTask(
  { name }: Experiment,
  sets: readonly StoredPredictionSet[],
  task: string,
  where: "baseline" | "candidate",
): void {
  if (sets.length > 0) return;
  throw failure("ARGUMENT_INVALID", {
    where: "task",
    received: `${JSON.stringify(task)}, of which the ${where} ${name} has no predictions`,
    allowed: "a task of both runs' predictions, as experiment { predictions { nodes { task } } } gives them",
  });
}

/** Returns the last sets of both runs with the filter, or with the first filter that both have. @throws ARGUMENT_INVALID */
function commonSets(
  lefts: readonly StoredPredictionSet[],
  rights: readonly StoredPredictionSet[],
  requested: string | null | undefined,
): [StoredPredictionSet, StoredPredictionSet] {
  const common = lefts.map(({ filter }) => filter).filter((filter) => rights.some((set) => set.filter === filter));
  const filter = requested == null ? common[0] : common.find((one) => one === requested);
  const baseline = lefts.findLast((set) => set.filter === filter);
  const candidate = rights.findLast((set) => set.filter === filter);
  if (filter !== undefined && baseline !== undefined && candidate !== undefined) return [baseline, candidate];
  throw failure("ARGUMENT_INVALID", {
    where: "filter",
    received: requested ?? "no filter that both runs have",
    allowed: `a filter of both runs (${quoted(common.map((one) => one ?? "none"))})`,
  });
}

/** Returns the metric to compare; null for exact matches. @throws ARGUMENT_INVALID */
function metricOf(
  baseline: StoredPredictionSet,
  candidate: StoredPredictionSet,
  requested: string | null | undefined,
): string | null {
  const common = baseline.metrics.filter((metric) => candidate.metrics.includes(metric));
  if (requested == null) return common[0] ?? null;
  if (common.includes(requested)) return requested;
  throw failure("ARGUMENT_INVALID", {
    where: "metric",
    received: JSON.stringify(requested),
    allowed: `a metric that both files give for each item (${quoted(common)})`,
  });
}

function quoted(names: readonly string[]): string {
  if (names.length === 0) return "there is none";
  const dots = names.length > MAX_QUOTED_NAMES ? ", ..." : "";
  return [...new Set(names)].slice(0, MAX_QUOTED_NAMES).join(", ") + dots;
}
