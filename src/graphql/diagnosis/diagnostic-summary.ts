import { Arg, Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import type { Provenance } from "../../analysis/request/provenance.js";
import { selectRoles } from "../../analysis/runs/select-roles.js";
import { runsOf } from "../../analysis/runs/study-runs.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { diagnosticSummary, type DiagnosticSummary } from "../../derive/tradeoffs/diagnostic-summary.js";
import { Scaling } from "../../model/enums/similarity.js";
import type { Study } from "../../store/studies/studies.js";
import { waitSecondsArg } from "../arguments.js";
import { Computed } from "../computed/computed-type.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { ONE_PAIR } from "../cost/estimates.js";
import { StudyType } from "../study/study-type.js";
import { RolesArguments } from "./judgement-arguments.js";

@ObjectType("DiagnosticSummary", {
  description: "The notebook's summary table for one rank. Values are means over seeds; null if not recorded.",
})
export class DiagnosticSummaryType implements Omit<DiagnosticSummary, "pendingJobs"> {
  @Field(() => Float, { nullable: true, description: "Peak memory of the baseline in MB; null if not recorded." })
  baselineMemoryMb!: number | null;

  @Field(() => Float, { nullable: true, description: "Peak memory of the candidate in MB; null if not recorded." })
  candidateMemoryMb!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "(baseline - candidate) / baseline * 100 of peak memory; null if either is null or the baseline is 0.",
  })
  memoryReductionPercent!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Mean cosine similarity over all compared layers; null while a layer is pending, see jobs.",
  })
  meanCosineSimilarity!: number | null;

  @Field(() => Computed, {
    nullable: true,
    description: "How the cosine similarities were computed; null if there are none.",
  })
  computed!: Provenance | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Fraction of equal tokens in the outputs of baseline and candidate; null if the tables of the study have no mean_token_match.",
  })
  meanTokenMatch!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Cosine similarity of the embeddings of both outputs; null if the tables of the study have no mean_embedding_similarity.",
  })
  meanEmbeddingSimilarity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Seconds per optimizer step of the baseline; null if not recorded.",
  })
  baselineTimePerStepSeconds!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Seconds per optimizer step of the candidate; null if not recorded.",
  })
  candidateTimePerStepSeconds!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Baseline time per step / candidate time per step: above 1 the candidate is faster. Null if either was not recorded or the candidate's is 0.",
  })
  speedup!: number | null;
}

@Resolver(() => StudyType)
export class DiagnosticSummaryResolver {
  @Costs(ONE_PAIR)
  @FieldResolver(() => DiagnosticSummaryType, { description: "The notebook's summary table for one rank." })
  async diagnosticSummary(
    @Root() { id }: Study,
    @Arg("rank", () => Int, { description: "The rank r to summarise. All values are null if it has no runs." })
    rank: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<DiagnosticSummary & Pick<DiagnosticSummaryType, "computed">> {
    const { loaders } = context;
    const waitMilliseconds = resolveWait(waitSeconds, context);
    const experiments = await loaders.experiments.load(id);
    const runs = await runsOf(experiments);
    const roles = await selectRoles(experiments, { baseline, candidate });
    const { similarity, computed } = await loaders.similarity.load({
      studyId: id,
      rank,
      waitMilliseconds,
      scaling: Scaling.ADAPTER,
      roles: { baseline, candidate },
    });
    return { ...diagnosticSummary(runs, rank, similarity, roles ?? null), computed };
  }
}
