import { Arg, Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import { finalCheckpoint } from "../../analysis/runs/run-checkpoint.js";
import { allocateStudyRanks, type StudyAllocation } from "../../analysis/sensitivity/rank-allocation.js";
import { rankScores } from "../../analysis/sensitivity/rank-scores.js";
import { runSettings } from "../../analysis/runs/run-settings.js";
import { similarityAtRank } from "../../analysis/similarity/similarity-at-rank.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { failure } from "../../errors.js";
import { Scaling } from "../../model/enums/similarity.js";
import type { Study } from "../../store/studies/studies.js";
import { SensitivityBasis } from "../../model/enums/sensitivity.js";
import { evaluationSetArg, waitSecondsArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { EVERY_RANK } from "../cost/estimates.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { LayerType } from "../layer/layer-type.js";
import { StudyType } from "../study/study-type.js";

@ObjectType({ description: "The rank that is allocated to one layer." })
class LayerAllocation {
  @Field(() => LayerType, { description: "The weight matrix." })
  layer!: object;

  @Field(() => Float, { description: "Sensitivity at the requested rank, of the kind that `basis` says." })
  score!: number;

  @Field(() => Int, { description: "The allocated rank, one of allowedRanks." })
  rank!: number;
}

@ObjectType({ description: "An entry of rank_pattern or alpha_pattern." })
class PatternEntry {
  @Field(() => String, { description: "A regular expression that matches one module path." })
  key!: string;

  @Field(() => Float, { description: "The rank r, or alpha, of the matching module." })
  value!: number;
}

@ObjectType("RankAllocation", {
  description:
    "Ranks by layer that spend a budget of parameters on the most sensitive layers. Every layer starts with the smallest allowed rank. Then the step to the next allowed rank with the largest gain per parameter is taken until the budget is spent. A step from rank a to b gains score * log2(b / a). This assumes that each doubling of the rank of a layer has the same value.",
})
class RankAllocationType implements Omit<StudyAllocation, "basis"> {
  @Field(() => String, { nullable: true, description: "Why there is no allocation; null if there is one." })
  reason!: string | null;

  @Field(() => SensitivityBasis, {
    nullable: true,
    description: "Meaning of the scores: MEASURED_KL, else FAIR_GAP; null without an allocation.",
  })
  basis!: SensitivityBasis | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Where the scores come from: the evaluation set, why it was chosen, and the seeds; null without an allocation.",
  })
  origin!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: "The budget in parameters; null if it cannot be determined, see reason.",
  })
  budget!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Allocated parameters, the sum of rank (in + out); null without an allocation.",
  })
  parameters!: number | null;

  @Field(() => [LayerAllocation], { description: "Layers in model order; empty without an allocation." })
  layers!: StudyAllocation["layers"];

  @Field(() => Int, {
    nullable: true,
    description: "The rank of layers without a pattern, the most frequent one; null without an allocation.",
  })
  r!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "lora_alpha for r; null if the alpha of the candidate is unknown.",
  })
  loraAlpha!: number | null;

  @Field(() => [PatternEntry], { description: "The ranks of layers whose rank is not r." })
  rankPattern!: StudyAllocation["rankPattern"];

  @Field(() => [PatternEntry], {
    description: "The alphas that keep the scaling of these layers; empty if `keepScale` is false.",
  })
  alphaPattern!: StudyAllocation["alphaPattern"];

  @Field(() => String, {
    nullable: true,
    description:
      "JSON of r, lora_alpha, rank_pattern and alpha_pattern for PEFT's LoraConfig(**...); null without an allocation.",
  })
  peft!: string | null;
}

const DEFAULT_RANKS = [1, 2, 4, 8, 16, 32, 64];

@Resolver(() => StudyType)
export class RankAllocationResolver {
  @Costs(EVERY_RANK)
  @FieldResolver(() => RankAllocationType, {
    description:
      "Ranks by layer that spend a budget of parameters on the most sensitive layers, for PEFT's rank_pattern.",
  })
  async rankAllocation(
    @Root() study: Study,
    @Arg("rank", () => Int, { description: "The tested rank that provides the sensitivities." }) rank: number,
    @Arg("parameters", () => Float, {
      nullable: true,
      description: "The budget in parameters. Overrides relativeBudget.",
    })
    parameters: number | undefined,
    @Arg("relativeBudget", () => Float, {
      defaultValue: 1,
      description: "The budget as a multiple of the parameters of `rank` in every layer.",
    })
    relativeBudget: number,
    @Arg("allowedRanks", () => [Int], { defaultValue: DEFAULT_RANKS, description: "Ranks to choose from." })
    allowedRanks: number[],
    @Arg("keepScale", () => Boolean, {
      defaultValue: true,
      description: "Give each layer the alpha that keeps the alpha / r of the candidate (alpha / sqrt(r) with rsLoRA).",
    })
    keepScale: boolean,
    @Arg("on", () => String, evaluationSetArg) on: string | undefined,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<StudyAllocation> {
    const requested = {
      scaling: Scaling.ADAPTER,
      waitMilliseconds: resolveWait(waitSeconds, context),
      roles: { baseline, candidate },
    };
    const ranks = [...new Set(allowedRanks)].sort((left, right) => left - right);
    checkPositive("allowedRanks", ranks[0] ?? 0);
    checkPositive("relativeBudget", relativeBudget);
    if (parameters != null) checkPositive("parameters", parameters);
    const [similarity, scores] = await Promise.all([
      similarityAtRank(context, study, rank, requested),
      rankScores(context, study, { rank, on, ...requested }),
    ]);
    const run = similarity.candidate;
    const settings =
      run === null
        ? undefined
        : await runSettings(context.loaders, { experiment: run, checkpoint: finalCheckpoint(run) });
    const options = { parameters: parameters ?? undefined, relativeBudget, allowedRanks: ranks, keepScale };
    return allocateStudyRanks(similarity, settings, options, scores);
  }
}

/** @throws ARGUMENT_INVALID */
function checkPositive(where: string, value: number): void {
  if (value > 0) return;
  throw failure("ARGUMENT_INVALID", { where, received: String(value), allowed: "more than 0" });
}
