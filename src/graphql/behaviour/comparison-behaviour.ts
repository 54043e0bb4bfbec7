import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { requireEvaluationSet } from "../../analysis/behaviour/evaluation-set.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { ExperimentComparisonType, type Comparison } from "../comparison/experiment-comparison.js";
import type { Context } from "../context.js";
import { checkConfidence } from "../evaluation/compare-evaluations.js";
import { BehaviourArguments } from "./arguments.js";
import { PairBehaviourType } from "./pair-behaviour.js";

@Resolver(() => ExperimentComparisonType)
export class ComparisonBehaviourResolver {
  @FieldResolver(() => PairBehaviourType, {
    description:
      "Both runs' models on an evaluation set, each on the base that it was trained on. Computed by a worker when it is first requested.",
  })
  async behaviour(
    @Root() { pair }: Comparison,
    @Args(() => BehaviourArguments) { on, form, waitSeconds, confidence }: BehaviourArguments,
    @Ctx() context: Context,
  ): Promise<PairBehaviourType> {
    checkConfidence(confidence);
    const set = await requireEvaluationSet(context.loaders, on);
    const waitMilliseconds = waitSeconds == null ? pair.waitMilliseconds : resolveWait(waitSeconds, context);
    return { request: { runs: [pair.baseline, pair.candidate], set, form, confidence, waitMilliseconds } };
  }
}
