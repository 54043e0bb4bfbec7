import { Arg, Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from "type-graphql";
import { pairEvaluations, type PairedItems } from "../../analysis/evaluations/pair-evaluations.js";
import type { EvaluationComparison } from "../../derive/evaluations/compare-evaluations.js";
import { PairedIntervalMethod } from "../../model/enums/prediction.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED } from "../cost/estimates.js";
import { comparisonOf } from "../prediction/comparison-of.js";
import { PredictionComparisonType } from "../prediction/prediction-comparison.js";
import { EvaluationComparisonType } from "./evaluation-comparison.js";

/** Bootstrap samples, and the seed of the bootstrap. comparePredictions has arguments for both. */
const RESAMPLES = 2000;
const SEED = 0;

@ObjectType({
  description: "The answers of two runs to the single items of one evaluation; one of both fields is null.",
})
class PairedEvaluation {
  @Field(() => PredictionComparisonType, {
    nullable: true,
    description: "The answers matched by item, with paired tests of this metric; null for the reason in `reason`.",
  })
  comparison!: object | null;

  @Field(() => String, { nullable: true, description: "Why the items are not compared; null if they are." })
  reason!: string | null;
}

/** The results of one page, whose items are paired together. */
export interface EvaluationPage {
  readonly experimentIds: readonly [baseline: string, candidate: string];
  readonly rows: readonly EvaluationComparison[];
  readonly confidence: number;
}

/** One result of a page. */
export interface PagedEvaluation {
  readonly page: EvaluationPage;
  readonly index: number;
}

/** The paired items of each page by method: the rows of a page share the statements. */
const PAIRED = new WeakMap<EvaluationPage, Map<PairedIntervalMethod, Promise<PairedItems[]>>>();

@Resolver(() => EvaluationComparisonType)
export class PairedItemsResolver {
  @Costs({ points: 2 * EXPECTED.taskItems })
  @FieldResolver(() => PairedEvaluation, {
    description:
      "The answers of both runs to the single items, where files with predictions have items with ids: McNemar's test of flips, and a paired test and interval of the mean difference. It is more sensitive than `difference`, which treats the evaluations as independent.",
  })
  async paired(
    @Root() { page, index }: PagedEvaluation,
    @Arg("interval", () => PairedIntervalMethod, {
      defaultValue: PairedIntervalMethod.T,
      description: "Method of the interval of the mean difference. A bootstrap draws 2,000 samples.",
    })
    interval: PairedIntervalMethod,
    @Ctx() context: Context,
  ): Promise<PairedEvaluation> {
    const ofPage = PAIRED.get(page) ?? new Map<PairedIntervalMethod, Promise<PairedItems[]>>();
    PAIRED.set(page, ofPage);
    const analysis = { interval, confidence: page.confidence, resamples: RESAMPLES, seed: SEED };
    const known = ofPage.get(interval) ?? pairEvaluations(context, page.experimentIds, page.rows, analysis);
    ofPage.set(interval, known);
    const { compared = null, reason = null } = (await known)[index] ?? {};
    return { comparison: compared && comparisonOf(compared), reason };
  }
}
