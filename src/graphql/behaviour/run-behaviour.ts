import { Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { requireEvaluationSet } from "../../analysis/behaviour/evaluation-set.js";
import { measure } from "../../analysis/behaviour/measure.js";
import { recordedLoss, type RecordedLoss } from "../../analysis/behaviour/recorded-loss.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { finalCheckpoint } from "../../analysis/runs/run-checkpoint.js";
import type { ItemStatistic } from "../../derive/behaviour/item-statistics.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { MEASUREMENT_POINTS } from "../cost/estimates.js";
import { checkConfidence } from "../evaluation/compare-evaluations.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { BehaviourArguments } from "./arguments.js";
import { ItemStatisticType, measurementFields, MeasurementType } from "./measurement.js";

@ObjectType("RecordedLoss", {
  description: "The evaluation loss that a run recorded, against the one that is measured on the same data.",
  simpleResolvers: true,
})
class RecordedLossType implements RecordedLoss {
  @Field(() => Float, { description: "The recorded `eval_loss`." })
  recorded!: number;

  @Field(() => Float, { description: "The measured loss, in the form that is nearer to the recorded one." })
  measured!: number;

  @Field(() => String, {
    description:
      "PER_SCORED_TOKEN: mean over the predicted tokens. PER_TOKEN: their sum over all tokens, as some versions of the Trainer divide.",
  })
  form!: "PER_SCORED_TOKEN" | "PER_TOKEN";

  @Field(() => Float, { description: "measured / recorded - 1." })
  relativeDifference!: number;

  @Field(() => Boolean, {
    description:
      "Whether the relative difference exceeds 0.001. The data, the base or its quantization may then be others than in training. It does not say which value is right.",
  })
  differs!: boolean;
}

@ObjectType("RunBehaviour", { description: "A run's model on an evaluation set.", simpleResolvers: true })
export class RunBehaviourType extends MeasurementType {
  @Field(() => ItemStatisticType, {
    nullable: true,
    description: "Negative log-likelihood of the scored tokens, in nats per token; null unless READY.",
  })
  loss!: ItemStatistic | null;

  @Field(() => Float, { nullable: true, description: "exp of the mean loss; null unless READY." })
  perplexity!: number | null;

  @Field(() => Int, { nullable: true, description: "Number of scored tokens; null unless READY." })
  scoredTokens!: number | null;

  @Field(() => RecordedLossType, {
    nullable: true,
    description:
      "Comparison with the recorded evaluation loss; null unless READY, if the set is not registered as the study's own evaluation data, or if no loss was recorded.",
  })
  recordedLoss!: RecordedLoss | null;
}

@Resolver(() => ExperimentType)
export class ExperimentBehaviourResolver {
  @Costs({ points: MEASUREMENT_POINTS })
  @FieldResolver(() => RunBehaviourType, {
    description:
      "Loss and perplexity of the run's model on an evaluation set: its final adapter on the base that it was trained on. Computed by a worker when it is first requested.",
  })
  async behaviour(
    @Root() experiment: Experiment,
    @Args(() => BehaviourArguments) { on, form, waitSeconds, confidence }: BehaviourArguments,
    @Ctx() context: Context,
  ): Promise<RunBehaviourType> {
    checkConfidence(confidence);
    const set = await requireEvaluationSet(context.loaders, on);
    const run = { experiment, checkpoint: finalCheckpoint(experiment) };
    const waitMilliseconds = resolveWait(waitSeconds, context);
    const measured = await measure(context, [run], {
      kind: "LOSS",
      set,
      form,
      options: {},
      summary: { confidence },
      waitMilliseconds,
    });
    const { summary, facts } = measured;
    const [fact] = facts;
    const study = await context.loaders.studyById.load(experiment.studyId);
    return {
      ...measurementFields(measured),
      loss: summary?.loss ?? null,
      perplexity: summary?.perplexity ?? null,
      scoredTokens: summary?.scoredTokens ?? null,
      recordedLoss:
        summary === null || fact === undefined || study === undefined
          ? null
          : recordedLoss(experiment, study.slug, set, summary, fact),
    };
  }
}
