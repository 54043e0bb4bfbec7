import { rankBehaviour } from "../../analysis/behaviour/rank-behaviour.js";
import type { MeasuredRankRequest } from "../../analysis/behaviour/rank-runs.js";
import type { AnalysisContext } from "../../analysis/request/analysis-context.js";
import { NO_SEED_PAIRS } from "../../derive/wording.js";
import { plotByRank, readByRank, type MeasuredByRank, type SideQuantity } from "../parts/measured-by-rank.js";
import type { Subject } from "../parts/subject.js";
import { definePlotKind } from "../plot-kind.js";
import type { Plot } from "../plot.js";

export const divergenceByRankKind = definePlotKind({
  name: "DIVERGENCE_BY_RANK",
  description:
    "KL divergence of the candidate's predictions from the baseline's by rank on an evaluation set, beside that between seeds of the baseline.",
  reads: "BEHAVIOUR",
  read: (request) => readByRank(request, divergences),
  draw: divergenceByRank,
});

async function divergences(context: AnalysisContext, request: MeasuredRankRequest): Promise<readonly SideQuantity[]> {
  const { pairs, seedPairs, klDivergence, seedKlDivergence } = await rankBehaviour(context, request);
  return [
    {
      side: "candidate against baseline",
      mean: klDivergence,
      measured: pairs.map(({ measured }) => measured),
      none: NO_SEED_PAIRS,
    },
    {
      side: "baseline against another seed",
      mean: seedKlDivergence,
      measured: seedPairs.map(({ measured }) => measured),
      none: "The baseline has no two seeds with weights.",
    },
  ];
}

/** KL divergence of predictions by rank: caused by quantization, and by another seed. */
export function divergenceByRank(subject: Subject, facts: MeasuredByRank): Plot {
  return plotByRank(subject, facts, {
    name: "KL divergence of predictions",
    axis: "KL divergence (nats per token)",
    column: "kl_divergence",
    over: "pair",
  });
}
