import { Arg, Args, Ctx, FieldResolver, Float, Int, Resolver, Root } from "type-graphql";
import { failure } from "../../errors.js";
import type { Study } from "../../store/studies.js";
import { waitSecondsArg } from "../arguments.js";
import { comparableCheckpoint } from "../../analysis/checkpoint-layers.js";
import type { Context } from "../context.js";
import { rankAllocationOf } from "../../analysis/rank-allocation-of.js";
import { runSettings } from "../../analysis/run-settings.js";
import { similarityAt } from "../../analysis/similarity-at.js";
import { Scaling } from "../../model/enums/similarity.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { RankAllocationType } from "./sensitivity-types.js";
import { StudyType } from "../study/study-type.js";
import { waitOf } from "../../analysis/wait.js";
import { Costs } from "../cost/costs.js";
import { EVERY_RANK } from "../cost/estimates.js";

const DEFAULT_RANKS = [1, 2, 4, 8, 16, 32, 64];

@Resolver(() => StudyType)
export class StudyAllocationResolver {
  @Costs(EVERY_RANK)
  @FieldResolver(() => RankAllocationType, {
    description: "Ranks by layer that spend a budget of parameters where sensitivity is, for PEFT's rank_pattern.",
  })
  async rankAllocation(
    @Root() study: Study,
    @Arg("rank", () => Int, { description: "The tested rank whose sensitivities count." }) rank: number,
    @Arg("parameters", () => Float, {
      nullable: true,
      description: "The budget in parameters; takes the place of relativeBudget.",
    })
    parameters: number | undefined,
    @Arg("relativeBudget", () => Float, {
      defaultValue: 1,
      description: "The budget as a multiple of what `rank` in every layer takes.",
    })
    relativeBudget: number,
    @Arg("allowedRanks", () => [Int], { defaultValue: DEFAULT_RANKS, description: "Ranks to choose from." })
    allowedRanks: number[],
    @Arg("keepScale", () => Boolean, {
      defaultValue: true,
      description: "Give each layer the alpha that keeps the candidate's alpha / r (with rsLoRA alpha / sqrt(r)).",
    })
    keepScale: boolean,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<RankAllocationType> {
    const waitMilliseconds = waitOf(waitSeconds, context);
    const ranks = [...new Set(allowedRanks)].sort((left, right) => left - right);
    positive("allowedRanks", ranks.length === 0 ? 0 : Math.min(...ranks));
    positive("relativeBudget", relativeBudget);
    if (parameters != null) positive("parameters", parameters);
    const asked = { scaling: Scaling.ADAPTER, waitMilliseconds, roles: { baseline, candidate } };
    const found = await similarityAt(context, study, rank, asked);
    const run = found.candidate && { experiment: found.candidate, checkpoint: comparableCheckpoint(found.candidate) };
    const settings = run === null ? undefined : await runSettings(context.loaders, run);
    const spend = { parameters: parameters ?? undefined, relativeBudget, allowedRanks: ranks, keepScale };
    return rankAllocationOf(found, settings, spend);
  }
}

/** @throws ARGUMENT_INVALID */
function positive(where: string, value: number): void {
  if (value > 0) return;
  throw failure("ARGUMENT_INVALID", { where, received: String(value), allowed: "more than 0" });
}
