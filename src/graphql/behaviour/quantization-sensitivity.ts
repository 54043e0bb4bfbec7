import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { requireEvaluationSet } from "../../analysis/behaviour/evaluation-set.js";
import { quantizationSensitivity } from "../../analysis/behaviour/quantization-sensitivity.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import type { LayerSeedTest } from "../../derive/sensitivity/layer-seed-test.js";
import type { LayerOverSeeds } from "../../derive/sensitivity/layers-over-seeds.js";
import type { Study } from "../../store/studies/studies.js";
import { rankArg, waitSecondsArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EXPECTED, MEASUREMENT_POINTS } from "../cost/estimates.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { StudyType } from "../study/study-type.js";
import { measurementFields, MeasurementType } from "./measurement.js";

@ObjectType("LayerKl", { description: "The measured sensitivity of a linear layer.", simpleResolvers: true })
class LayerKlType implements LayerOverSeeds {
  @Field(() => String, { description: "Path of the layer in the base model." })
  layer!: string;

  @Field(() => Int, { description: "1 is the most sensitive layer; equal means share a position." })
  position!: number;

  @Field(() => Float, { description: "Mean over the seeds of the KL divergence, in nats per token." })
  mean!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Sample standard deviation over the seeds; null for a single seed.",
  })
  standardDeviation!: number | null;

  @Field(() => Int, { description: "Number of seeds." })
  n!: number;

  @Field(() => [Float], { description: "KL divergence with each pair of seeds, in the order of `pairs`." })
  scores!: readonly number[];
}

@ObjectType("LayerSeedTest", {
  description: "Whether layers differ by more than seeds.",
  simpleResolvers: true,
})
export class LayerSeedTestType implements Omit<LayerSeedTest, "seedRatios"> {
  @Field(() => Int, { description: "Number of layers." })
  layers!: number;

  @Field(() => Int, { description: "Number of seeds." })
  seeds!: number;

  @Field(() => Float, { description: "p of Friedman's test, whose blocks are the seeds." })
  p!: number;

  @Field(() => Float, { description: "Kendall's W: 1 if all seeds order the layers equally." })
  kendallsW!: number;

  @Field(() => Float, { description: "Largest mean divided by the median of the layers." })
  ratio!: number;
}

@ObjectType("SensitivityMeasurement", { description: "The measurement of a pair of seeds.", simpleResolvers: true })
export class SensitivityMeasurementType extends MeasurementType {
  @Field(() => Int, { nullable: true, description: "Seed of both runs; null if it is unknown." })
  seed!: number | null;
}

/** Results over the pairs of seeds at a rank. */
@ObjectType({ simpleResolvers: true })
export abstract class LayersOverPairsType {
  @Field(() => LayerSeedTestType, {
    nullable: true,
    description: "Test of the layers against the seeds; null while a pair is missing, and for fewer than two seeds.",
  })
  test!: LayerSeedTestType | null;

  @Field(() => Int, {
    description: "Number of pairs of equal seeds at the rank, of which at most the first ten are measured.",
  })
  available!: number;
}

@ObjectType("QuantizationSensitivity", {
  description: "How sensitive each linear layer is to quantization, measured by running the model.",
  simpleResolvers: true,
})
class QuantizationSensitivityType extends LayersOverPairsType {
  @Field(() => [LayerKlType], {
    description: "The most sensitive layer first. Empty while a pair of seeds is missing, and without pairs.",
  })
  layers!: readonly LayerKlType[];

  @Field(() => [SensitivityMeasurementType], {
    description: "The measurement of each pair of seeds, with its job or its reason.",
  })
  pairs!: readonly SensitivityMeasurementType[];
}

@ArgsType()
class SensitivityArguments extends RolesArguments {
  @Field(() => String, {
    description: "Name of a registered evaluation set. Another name is an error (EVALUATION_SET_NOT_FOUND).",
  })
  on!: string;

  @Field(() => Float, { nullable: true, description: waitSecondsArg.description })
  waitSeconds?: number | null;
}

/** The intervals over items are not returned, so any level serves. */
const CONFIDENCE = 0.95;

@Resolver(() => StudyType)
export class QuantizationSensitivityResolver {
  @Costs({ points: EXPECTED.runsPerRank * MEASUREMENT_POINTS })
  @FieldResolver(() => QuantizationSensitivityType, {
    description:
      "KL divergence of the baseline's predictions when one layer at a time has the candidate's quantized weight and update. Computed by a worker when it is first requested.",
  })
  async quantizationSensitivity(
    @Root() { id }: Study,
    @Arg("rank", () => Int, rankArg) rank: number,
    @Args(() => SensitivityArguments) { on, waitSeconds, baseline, candidate }: SensitivityArguments,
    @Ctx() context: Context,
  ): Promise<QuantizationSensitivityType> {
    const measured = await quantizationSensitivity(context, {
      studyId: id,
      rank,
      roles: { baseline, candidate },
      set: await requireEvaluationSet(context.loaders, on),
      confidence: CONFIDENCE,
      waitMilliseconds: resolveWait(waitSeconds, context),
    });
    return {
      ...measured,
      pairs: measured.pairs.map(({ seed, measured: pair }) => ({ seed, ...measurementFields(pair) })),
    };
  }
}
