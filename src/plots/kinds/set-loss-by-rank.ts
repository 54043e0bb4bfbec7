import { rankLosses } from "../../analysis/behaviour/rank-losses.js";
import type { MeasuredRankRequest } from "../../analysis/behaviour/rank-runs.js";
import type { AnalysisContext } from "../../analysis/request/analysis-context.js";
import { plotByRank, readByRank, type MeasuredByRank, type SideQuantity } from "../parts/measured-by-rank.js";
import type { Subject } from "../parts/subject.js";
import { definePlotKind } from "../plot-kind.js";
import type { Plot } from "../plot.js";

export const setLossByRankKind = definePlotKind({
  name: "SET_LOSS_BY_RANK",
  description: "Loss of baseline and candidate on an evaluation set by rank, with intervals over their runs.",
  reads: "BEHAVIOUR",
  read: (request) => readByRank(request, losses),
  draw: setLossByRank,
});

async function losses(context: AnalysisContext, request: MeasuredRankRequest): Promise<readonly SideQuantity[]> {
  const sides = await rankLosses(context, request);
  return sides.map((side) => ({ ...side, none: "It has no runs with weights." }));
}

/** Loss on an evaluation set by rank. The interval over seeds is the noise that a difference has to exceed. */
export function setLossByRank(subject: Subject, facts: MeasuredByRank): Plot {
  return plotByRank(subject, facts, {
    name: "Loss on the evaluation set",
    axis: "loss (nats per token)",
    column: "loss",
    over: "run",
  });
}
