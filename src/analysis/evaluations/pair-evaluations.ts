import type { EvaluationComparison } from "../../derive/evaluations/compare-evaluations.js";
import type { PairedAnalysis } from "../../derive/predictions/compare-predictions.js";
import { RankscopeError } from "../../errors.js";
import { predictionColumns, type StoredPredictionSet } from "../../store/studies/predictions.js";
import {
  chooseSets,
  compareSets,
  setsOfTasks,
  type ChosenSets,
  type ComparedSets,
} from "../predictions/compare-predictions.js";
import type { AnalysisContext } from "../request/analysis-context.js";

/** The answers of two runs to the items of one evaluation; one of both is null. */
export interface PairedItems {
  readonly compared: ComparedSets | null;
  /** Why the items are not compared. */
  readonly reason: string | null;
}

/**
 * Compares the items of evaluations of two runs. Reads the sets with one statement a run, and the values with one statement a metric,
 * whatever the number of evaluations.
 *
 * @returns by evaluation, in the given order
 * @throws QUERY_TOO_EXPENSIVE
 */
export async function pairEvaluations(
  { database, loaders, derivations }: Pick<AnalysisContext, "database" | "loaders" | "derivations">,
  experimentIds: readonly [baseline: string, candidate: string],
  rows: readonly EvaluationComparison[],
  analysis: PairedAnalysis,
): Promise<PairedItems[]> {
  const tasks = [...new Set(rows.map(({ task }) => task))];
  const [lefts = [], rights = []] = await Promise.all(experimentIds.map((id) => setsOfTasks(loaders, id, tasks)));
  const choices = rows.map(({ task, baseline, candidate }): ChosenSets | string => {
    if (baseline === null || candidate === null) return "Only one of the runs has this result.";
    const isOfResult = (set: StoredPredictionSet): boolean => set.task === task && set.filter === baseline.filter;
    const [left, right] = [lefts.filter(isOfResult), rights.filter(isOfResult)];
    if (left.length === 0 || right.length === 0) {
      const lacking = left.length === 0 ? "baseline" : "candidate";
      return `The ${lacking} has no predictions for this result. lm-evaluation-harness writes them with --log_samples.`;
    }
    return chosenOrReason(() => chooseSets(left, right, { metric: baseline.metric }));
  });
  const stored = new Map<string | null, Awaited<ReturnType<typeof predictionColumns>>>();
  const chosen = choices.filter((choice) => typeof choice !== "string");
  for (const metric of new Set(chosen.map((choice) => choice.metric))) {
    const sets = chosen.filter((choice) => choice.metric === metric);
    const hashes = new Set(sets.flatMap(({ baseline, candidate }) => [baseline.hash, candidate.hash]));
    stored.set(metric, await predictionColumns(database, [...hashes], metric));
  }
  const paired: PairedItems[] = [];
  for (const choice of choices) {
    if (typeof choice === "string") {
      paired.push({ compared: null, reason: choice });
      continue;
    }
    const compared = await compareSets(derivations, choice, stored.get(choice.metric) ?? [], analysis);
    paired.push({ compared, reason: null });
  }
  return paired;
}

/** Returns the sets, or why they cannot be compared. */
function chosenOrReason(choose: () => ChosenSets): ChosenSets | string {
  try {
    const chosen = choose();
    if (chosen.baseline.identity !== "POSITION") return chosen;
    return "The items have no ids. comparePredictions matches them by their position.";
  } catch (error) {
    if (error instanceof RankscopeError) return error.message;
    throw error;
  }
}
