import { Arg, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { measure, type MeasureRequest, type Measurement } from "../../analysis/behaviour/measure.js";
import type { RunCheckpoint } from "../../analysis/runs/run-checkpoint.js";
import type { ChoiceFlips } from "../../derive/behaviour/compare-outputs.js";
import type { ItemStatistic } from "../../derive/behaviour/item-statistics.js";
import type { BehaviourSummaries } from "../../derive/behaviour/summarize-behaviour.js";
import type { DivergenceSummary, KlDivergence } from "../../derive/behaviour/summarize-divergences.js";
import type { Interval } from "../../derive/statistics/sample.js";
import { failure } from "../../errors.js";
import { DEFAULT_NEW_TOKENS, type BehaviourKind } from "../../model/behaviour.js";
import { PromptTokens, type ServedForm } from "../../model/enums/behaviour.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { MEASUREMENT_POINTS } from "../cost/estimates.js";
import { IntervalType } from "../rank/interval.js";
import { ItemStatisticType, measurementFields, MeasurementType } from "./measurement.js";

@ObjectType("KlDivergence", {
  description: "KL(baseline || candidate) of the predictions of the scored tokens, in nats per token.",
  simpleResolvers: true,
})
export class KlDivergenceType extends ItemStatisticType implements KlDivergence {
  @Field(() => Float, { description: "Median over all scored tokens." })
  median!: number;

  @Field(() => Float, { description: "95th percentile over all scored tokens." })
  p95!: number;

  @Field(() => Float, { description: "99th percentile over all scored tokens." })
  p99!: number;

  @Field(() => Float, { description: "Maximum over all scored tokens." })
  max!: number;
}

@ObjectType("DivergenceMeasurement", {
  description: "How the predictions of two models differ on the same tokens.",
  simpleResolvers: true,
})
export class DivergenceMeasurementType extends MeasurementType {
  @Field(() => KlDivergenceType, {
    nullable: true,
    description: "KL divergence of the predictions; null unless READY.",
  })
  klDivergence!: KlDivergence | null;

  @Field(() => ItemStatisticType, {
    nullable: true,
    description: "Share of scored tokens with the same most probable token; null unless READY.",
  })
  topTokenAgreement!: ItemStatistic | null;

  @Field(() => Float, {
    nullable: true,
    description: "Root mean square of the change of the own token's probability, 0 to 1; null unless READY.",
  })
  rmsProbabilityChange!: number | null;

  @Field(() => Float, { nullable: true, description: "Candidate's perplexity over the baseline's; null unless READY." })
  perplexityRatio!: number | null;

  @Field(() => IntervalType, {
    nullable: true,
    description:
      "Interval of the ratio over items, paired; null unless READY, for fewer than two items, or without variation.",
  })
  perplexityRatioInterval!: Interval | null;

  @Field(() => ItemStatisticType, {
    nullable: true,
    description:
      "Mean loss of the candidate minus that of the baseline, in nats per token, paired by item; null unless READY.",
  })
  lossDifference!: ItemStatistic | null;

  @Field(() => Int, { nullable: true, description: "Number of scored tokens; null unless READY." })
  scoredTokens!: number | null;
}

@ObjectType("OutputMatch", { description: "How far the outputs of two models agree.", simpleResolvers: true })
export class OutputMatchType extends MeasurementType {
  @Field(() => ItemStatisticType, { nullable: true, description: "Mean over the items; null unless READY." })
  match!: ItemStatistic | null;
}

@ObjectType("ChoiceFlips", {
  description: "Changes of the answers to multiple-choice questions.",
  simpleResolvers: true,
})
export class ChoiceFlipsType extends MeasurementType implements Partial<ChoiceFlips> {
  @Field(() => Int, { nullable: true, description: "Questions that both models answered; null unless READY." })
  questions!: number;

  @Field(() => Int, { nullable: true, description: "Questions whose right answer is known; null unless READY." })
  n!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Share of right answers of the baseline; null unless READY, and if no right answer is known.",
  })
  referenceAccuracy!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Share of right answers of the candidate; null unless READY, and if no right answer is known.",
  })
  candidateAccuracy!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Questions that only the baseline answered correctly; null unless READY.",
  })
  rightToWrong!: number;

  @Field(() => Int, {
    nullable: true,
    description: "Questions that only the candidate answered correctly; null unless READY.",
  })
  wrongToRight!: number;

  @Field(() => Int, {
    nullable: true,
    description: "Questions with another answer, right or wrong; null unless READY.",
  })
  changed!: number;

  @Field(() => Float, {
    nullable: true,
    description: "p of McNemar's exact test of equal accuracies; null unless READY, and if no right answer is known.",
  })
  pValue!: number | null;
}

@ObjectType("PairBehaviour", {
  description: "Two runs' models on an evaluation set. Each measurement is computed only if it is requested.",
})
export class PairBehaviourType {
  /** The runs and the set that are measured. */
  request!: PairRequest;
}

/** Two runs on a set. */
export interface PairRequest {
  readonly runs: readonly [RunCheckpoint, RunCheckpoint];
  readonly set: StoredEvaluationSet;
  readonly form: ServedForm;
  readonly confidence: number;
  readonly waitMilliseconds: number;
}

/** Maximum number of tokens after a prompt: a CPU decodes some tens of tokens a second for models of a billion weights. */
const MAX_NEW_TOKENS = 256;

const newTokensArg = {
  defaultValue: DEFAULT_NEW_TOKENS,
  description: `Maximum number of tokens that each model writes after a prompt, 1 to ${MAX_NEW_TOKENS}.`,
};

@Resolver(() => PairBehaviourType)
export class PairBehaviourResolver {
  @Costs({ points: MEASUREMENT_POINTS })
  @FieldResolver(() => DivergenceMeasurementType, { description: "How the predictions of the scored tokens differ." })
  async divergence(
    @Root() { request }: PairBehaviourType,
    @Ctx() context: Context,
  ): Promise<DivergenceMeasurementType> {
    const { confidence } = request;
    return divergenceFields(
      await measurePair(context, request, { kind: "DIVERGENCE", options: {}, summary: { confidence } }),
    );
  }

  @Costs({ points: MEASUREMENT_POINTS })
  @FieldResolver(() => OutputMatchType, {
    description:
      "Share of equal tokens at equal positions of greedy continuations of each item's prompt, over the positions that both have.",
  })
  async tokenMatch(
    @Root() { request }: PairBehaviourType,
    @Arg("promptTokens", () => PromptTokens, {
      defaultValue: PromptTokens.EXCLUDED,
      description: "Whether the prompt's tokens count.",
    })
    promptTokens: PromptTokens,
    @Arg("newTokens", () => Int, newTokensArg) newTokens: number,
    @Ctx() context: Context,
  ): Promise<OutputMatchType> {
    checkNewTokens(newTokens);
    const summary = { confidence: request.confidence, countsPrompt: promptTokens === PromptTokens.INCLUDED };
    return matchFields(await measurePair(context, request, { kind: "GENERATION", options: { newTokens }, summary }));
  }

  @Costs({ points: MEASUREMENT_POINTS })
  @FieldResolver(() => OutputMatchType, {
    description: "Cosine similarity of the means of both models' last hidden states over each item's prompt.",
  })
  async embeddingSimilarity(@Root() { request }: PairBehaviourType, @Ctx() context: Context): Promise<OutputMatchType> {
    const { confidence } = request;
    return matchFields(
      await measurePair(context, request, { kind: "EMBEDDING", options: {}, summary: { confidence } }),
    );
  }

  @Costs({ points: MEASUREMENT_POINTS })
  @FieldResolver(() => ChoiceFlipsType, {
    description: "Changes of the most likely choices of multiple-choice items.",
  })
  async flips(
    @Root() { request }: PairBehaviourType,
    @Arg("perCharacter", () => Boolean, {
      defaultValue: false,
      description:
        "Whether log-likelihoods are divided by the characters of the choice, as acc_norm of lm-evaluation-harness.",
    })
    perCharacter: boolean,
    @Ctx() context: Context,
  ): Promise<object> {
    const summary = { confidence: request.confidence, normalises: perCharacter };
    const measured = await measurePair(context, request, { kind: "CHOICES", options: {}, summary });
    return { ...measurementFields(measured), ...measured.summary };
  }
}

function measurePair<Kind extends BehaviourKind>(
  context: Context,
  { runs, set, form, waitMilliseconds }: PairRequest,
  { kind, options, summary }: Pick<MeasureRequest<Kind>, "kind" | "options" | "summary">,
): Promise<Measurement<BehaviourSummaries[Kind]["summary"]>> {
  return measure(context, runs, { kind, set, form, options, summary, waitMilliseconds });
}

/** Returns a measurement of divergences as the API has it. */
export function divergenceFields(measured: Measurement<DivergenceSummary>): DivergenceMeasurementType {
  const { summary } = measured;
  return {
    ...measurementFields(measured),
    klDivergence: summary?.klDivergence ?? null,
    topTokenAgreement: summary?.topTokenAgreement ?? null,
    rmsProbabilityChange: summary?.rmsProbabilityChange ?? null,
    perplexityRatio: summary?.perplexityRatio ?? null,
    perplexityRatioInterval: summary?.perplexityRatioInterval ?? null,
    lossDifference: summary?.lossDifference ?? null,
    scoredTokens: summary?.scoredTokens ?? null,
  };
}

function matchFields(measured: Measurement<ItemStatistic>): OutputMatchType {
  return { ...measurementFields(measured), match: measured.summary };
}

/** @throws ARGUMENT_INVALID */
function checkNewTokens(newTokens: number): void {
  if (newTokens >= 1 && newTokens <= MAX_NEW_TOKENS) return;
  throw failure("ARGUMENT_INVALID", {
    where: "newTokens",
    received: String(newTokens),
    allowed: `1 to ${MAX_NEW_TOKENS}`,
  });
}
