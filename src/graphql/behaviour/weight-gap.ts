import { Arg, Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { weightGap } from "../../analysis/sensitivity/weight-gap.js";
import type { LayerGaps } from "../../derive/sensitivity/gaps-over-seeds.js";
import type { Study } from "../../store/studies/studies.js";
import { rankArg, waitSecondsArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, MEASUREMENT_POINTS } from "../cost/estimates.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { StudyType } from "../study/study-type.js";
import { measurementFields } from "./measurement.js";
import { LayersOverPairsType, SensitivityMeasurementType } from "./quantization-sensitivity.js";

@ObjectType("LayerGap", {
  description: "What quantization changes in the weight of a linear layer. Norms are Frobenius norms.",
  simpleResolvers: true,
})
class LayerGapType implements LayerGaps {
  @Field(() => String, { description: "Path of the layer in the base model." })
  layer!: string;

  @Field(() => Int, { description: "1 is the largest fair gap; equal means share a position." })
  position!: number;

  @Field(() => Float, {
    description: "Fair gap: mean over the seeds of |(Q + dW_q) - (W + dW_l)| / |W + dW_l|.",
  })
  mean!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Sample standard deviation over the seeds; null for a single seed.",
  })
  standardDeviation!: number | null;

  @Field(() => Int, { description: "Number of seeds." })
  n!: number;

  @Field(() => [Float], { description: "Fair gap with each pair of seeds, in the order of `pairs`." })
  scores!: readonly number[];

  @Field(() => Float, { description: "|W|." })
  weightNorm!: number;

  @Field(() => Float, { nullable: true, description: "|W - Q(W)| / |W|; null for a weight of zeros." })
  relativeQuantizationError!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Mean over the seeds of |dW| / |W| of the baseline; null for a weight of zeros.",
  })
  relativeBaselineUpdate!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Mean over the seeds of |dW| / |W| of the candidate; null for a weight of zeros.",
  })
  relativeCandidateUpdate!: number | null;
}

@ObjectType("WeightGap", {
  description: "Changes that quantization makes to the weights of each linear layer. No model is run.",
  simpleResolvers: true,
})
class WeightGapType extends LayersOverPairsType {
  @Field(() => [LayerGapType], {
    description: "The largest fair gap first. Empty while a pair of seeds is missing, and without pairs.",
  })
  layers!: readonly LayerGapType[];

  @Field(() => [SensitivityMeasurementType], {
    description: "The computation of each pair of seeds, with its job or its reason. Its items are layers.",
  })
  pairs!: readonly SensitivityMeasurementType[];
}

@Resolver(() => StudyType)
export class WeightGapResolver {
  @Costs({ points: EXPECTED.runsPerRank * MEASUREMENT_POINTS })
  @FieldResolver(() => WeightGapType, {
    description:
      "Distance of the quantized weights with the candidate's update from the weights with the baseline's, by layer. Needs the base model's files; computed by a worker when it is first requested.",
  })
  async weightGap(
    @Root() { id }: Study,
    @Arg("rank", () => Int, rankArg) rank: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<WeightGapType> {
    const waitMilliseconds = resolveWait(waitSeconds, context);
    const found = await weightGap(context, { studyId: id, rank, roles: { baseline, candidate }, waitMilliseconds });
    return { ...found, pairs: found.pairs.map(({ seed, measured }) => ({ seed, ...measurementFields(measured) })) };
  }
}
