import { Arg, Ctx, Field, Float, ID, Int, ObjectType, Query, Resolver } from "type-graphql";
import { loadEvaluations } from "../../analysis/evaluations/load-evaluations.js";
import { knownExperiments } from "../../analysis/runs/known-experiments.js";
import { compareEvaluations, type EvaluationComparison } from "../../derive/evaluations/compare-evaluations.js";
import { failure } from "../../errors.js";
import { Requires } from "../access/requires.js";
import { afterArg, rowCountArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED } from "../cost/estimates.js";
import { readRowCursor, writeRowCursor } from "../paging/cursors.js";
import { checkRowCount, PageInfo } from "../paging/page.js";
import { EvaluationComparisonType } from "./evaluation-comparison.js";
import { publicEvaluation, tasksArg } from "./experiment-evaluations.js";
import type { PagedEvaluation } from "./paired-items.js";

@ObjectType({ description: "A page of the tasks of two runs.", simpleResolvers: true })
class EvaluationComparisonPage {
  @Field(() => Int, { description: "Number of results in the whole comparison." })
  totalCount!: number;

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [EvaluationComparisonType], { description: "The results of this page, by name; at most `first`." })
  nodes!: readonly object[];
}

const LIST = "compareEvaluations";

@Resolver()
export class CompareEvaluationsResolver {
  @Requires("reader")
  @Costs({ points: 2 * EXPECTED.evaluations })
  @Query(() => EvaluationComparisonPage, {
    description:
      "The evaluations of two runs of any studies, task by task. Single runs are compared: the uncertainty is that of a finite number of items, not that of another seed.",
  })
  async compareEvaluations(
    @Arg("baseline", () => ID, { description: "Id of the baseline experiment." }) baseline: string,
    @Arg("candidate", () => ID, { description: "Id of the candidate experiment." }) candidate: string,
    @Arg("tasks", () => [String], tasksArg) tasks: string[] | undefined,
    @Arg("confidence", () => Float, {
      defaultValue: 0.95,
      description: "Confidence level of the intervals, 0.5 to 0.999.",
    })
    confidence: number,
    @Arg("first", () => Int, { ...rowCountArg, defaultValue: 100 }) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { loaders, limits }: Context,
  ): Promise<EvaluationComparisonPage> {
    const limit = checkRowCount(first, limits);
    checkConfidence(confidence);
    const start = after == null ? 0 : Number(readRowCursor(LIST, ["number"], after)[0]) + 1;
    const [[left], [right]] = await Promise.all([
      knownExperiments(loaders, [baseline], "baseline"),
      knownExperiments(loaders, [candidate], "candidate"),
    ]);
    const [ofBaseline, ofCandidate] = await Promise.all(
      [left, right].map((experiment) => loadEvaluations(loaders, experiment?.id ?? "", tasks ?? null)),
    );
    const all = compareEvaluations(ofBaseline ?? [], ofCandidate ?? [], confidence);
    const nodes = all.slice(start, start + limit);
    const page = { experimentIds: [left?.id ?? "", right?.id ?? ""] as const, rows: nodes, confidence };
    const end = start + nodes.length - 1;
    return {
      totalCount: all.length,
      pageInfo: {
        hasNextPage: start + limit < all.length,
        endCursor: nodes.length === 0 ? null : writeRowCursor(LIST, [end]),
      },
      nodes: nodes.map((row, index) => ({ ...publicComparison(row), page, index }) satisfies PagedEvaluation),
    };
  }
}

/** @throws ARGUMENT_INVALID */
export function checkConfidence(confidence: number): void {
  if (confidence >= 0.5 && confidence <= 0.999) return;
  throw failure("ARGUMENT_INVALID", { where: "confidence", received: String(confidence), allowed: "0.5 to 0.999" });
}

function publicComparison({ baseline, candidate, ...rest }: EvaluationComparison): object {
  return {
    ...rest,
    baseline: baseline && publicEvaluation(baseline),
    candidate: candidate && publicEvaluation(candidate),
  };
}
