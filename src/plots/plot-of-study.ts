import { measuredStudy, type MeasuredStudy } from "../analysis/judgement/measured-study.js";
import type { AnalysisContext } from "../analysis/request/analysis-context.js";
import { ranksOf } from "../derive/runs/comparison-roles.js";
import { failure } from "../errors.js";
import type { Study } from "../store/studies/studies.js";
import type { StudyPlot, StudyPlotOptions } from "./plot-kind.js";
import { plotKind, type PlotKind } from "./plot-kinds.js";

/**
 * Returns a plot of a study. Its numbers are computed by the functions that answer the corresponding fields of the API.
 *
 * @throws ARGUMENT_INVALID
 */
export async function plotOfStudy(
  context: AnalysisContext,
  study: Study,
  kind: PlotKind,
  options: StudyPlotOptions,
): Promise<StudyPlot> {
  const measured = await measuredStudy(context.loaders, study.id, options);
  checkRank(study, measured, options.rank);
  return plotKind(kind).plot({ context, study, measured, options });
}

/** @throws ARGUMENT_INVALID for a rank that the study does not have */
function checkRank({ slug }: Study, { runs }: MeasuredStudy, rank: number | null | undefined): void {
  const ranks = ranksOf(runs);
  if (rank == null || ranks.includes(rank)) return;
  throw failure("ARGUMENT_INVALID", {
    where: `rank of study ${slug}`,
    received: String(rank),
    allowed: ranks.join(", "),
  });
}
