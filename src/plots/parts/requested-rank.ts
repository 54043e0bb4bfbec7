import type { MeasuredStudy } from "../../analysis/judgement/measured-study.js";
import { ranksOf, runsAt, type Configuration } from "../../derive/runs/comparison-roles.js";
import type { PlotRequest } from "../plot-kind.js";

/** Returns the study's runs, restricted to the requested rank if there is one. */
export function runsOfRequestedRank({ measured, options: { rank } }: PlotRequest): MeasuredStudy {
  if (rank == null) return measured;
  return {
    ...measured,
    runs: measured.runs.filter((run) => run.rank === rank),
    experiments: measured.experiments.filter((experiment) => experiment.rank?.r === rank),
  };
}

/**
 * Returns the rank that a plot of one rank shows: the requested one; otherwise the largest at which both configurations have
 * weights; otherwise the largest. Null for a study without runs.
 */
export function shownRank({ measured: { runs, roles }, options: { rank } }: PlotRequest): number | null {
  if (rank != null) return rank;
  const hasWeights = (configuration: Configuration, r: number) =>
    runsAt(runs, configuration, r).some((run) => run.hasWeights);
  const bothHaveWeights = (r: number) =>
    roles !== undefined && hasWeights(roles.baseline, r) && hasWeights(roles.candidate, r);
  const descending = ranksOf(runs).reverse();
  return descending.find(bothHaveWeights) ?? descending[0] ?? null;
}
