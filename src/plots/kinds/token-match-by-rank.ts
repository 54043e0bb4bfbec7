import { pairAgreements } from "../../analysis/behaviour/output-agreement.js";
import type { MeasuredRankRequest } from "../../analysis/behaviour/rank-runs.js";
import type { AnalysisContext } from "../../analysis/request/analysis-context.js";
import { NO_SEED_PAIRS } from "../../derive/wording.js";
import { plotByRank, readByRank, type MeasuredByRank, type SideQuantity } from "../parts/measured-by-rank.js";
import type { Subject } from "../parts/subject.js";
import { definePlotKind } from "../plot-kind.js";
import type { Plot } from "../plot.js";

export const tokenMatchByRankKind = definePlotKind({
  name: "TOKEN_MATCH_BY_RANK",
  description:
    "Share of equal tokens in the greedy continuations of baseline and candidate by rank on an evaluation set, without the prompts.",
  reads: "BEHAVIOUR",
  read: (request) => readByRank(request, matches),
  draw: tokenMatchByRank,
});

async function matches(context: AnalysisContext, request: MeasuredRankRequest): Promise<readonly SideQuantity[]> {
  const { statistic, measured } = await pairAgreements(context, "GENERATION", request);
  const side = "candidate against baseline";
  return [{ side, mean: statistic, measured, none: NO_SEED_PAIRS }];
}

/** Share of equal tokens of greedy continuations by rank. */
export function tokenMatchByRank(subject: Subject, facts: MeasuredByRank): Plot {
  return plotByRank(subject, facts, {
    name: "Token match",
    axis: "share of equal tokens",
    column: "token_match",
    over: "pair",
  });
}
