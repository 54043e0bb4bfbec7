import { Arg, Args, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import type { Provenance } from "../../analysis/request/provenance.js";
import { selectRoles } from "../../analysis/runs/select-roles.js";
import { runsOf } from "../../analysis/runs/study-runs.js";
import {
  outputAgreement,
  type OutputAgreement,
  type OutputAgreementRequest,
} from "../../analysis/behaviour/output-agreement.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import {
  diagnosticSummary,
  type CostStatistics,
  type DiagnosticSummary,
} from "../../derive/tradeoffs/diagnostic-summary.js";
import { groupRuns, runsAt } from "../../derive/runs/comparison-roles.js";
import { Scaling } from "../../model/enums/similarity.js";
import { takeTurn } from "../../store/in-turns.js";
import type { Study } from "../../store/studies/studies.js";
import { waitSecondsArg } from "../arguments.js";
import { Computed } from "../computed/computed-type.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { ONE_PAIR } from "../cost/estimates.js";
import { StudyType } from "../study/study-type.js";
import { CostStatisticsType } from "./cost-statistics.js";
import { RolesArguments } from "./judgement-arguments.js";

@ObjectType("DiagnosticSummary", {
  description: "The notebook's summary table for one rank. Values are means over seeds; null if not recorded.",
})
export class DiagnosticSummaryType implements Omit<
  DiagnosticSummary,
  "pendingJobs" | "meanTokenMatch" | "meanEmbeddingSimilarity"
> {
  @Field(() => Float, { nullable: true, description: "Peak memory of the baseline in MB; null if not recorded." })
  baselineMemoryMb!: number | null;

  @Field(() => Float, { nullable: true, description: "Peak memory of the candidate in MB; null if not recorded." })
  candidateMemoryMb!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "(baseline - candidate) / baseline * 100 of peak memory; null if either is null or the baseline is 0.",
  })
  memoryReductionPercent!: number | null;

  @Field(() => CostStatisticsType, {
    description: "The runs behind the peak memory. The interval is that of memoryReductionPercent.",
  })
  memory!: CostStatistics;

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

  @Field(() => CostStatisticsType, {
    description: "The runs behind the time per step. The interval is that of speedup.",
  })
  timePerStep!: CostStatistics;
}

/** Items of simple work that a run is in its summary (see takeTurn): four metrics are read, without copies of weights or seeds. */
const ITEMS_PER_RUN = 6;

/** A summary, and the measurements that fill what the tables of the study do not have. */
interface Summary extends DiagnosticSummary, Pick<DiagnosticSummaryType, "computed"> {
  readonly outputs: (kind: "GENERATION" | "EMBEDDING") => Promise<OutputAgreement>;
}

@Resolver(() => StudyType)
export class DiagnosticSummaryResolver {
  @Costs(ONE_PAIR)
  @FieldResolver(() => DiagnosticSummaryType, { description: "The notebook's summary table for one rank." })
  async diagnosticSummary(
    @Root() { id }: Study,
    @Arg("rank", () => Int, { description: "The rank r to summarise. All values are null if it has no runs." })
    rank: number,
    @Arg("on", () => String, {
      nullable: true,
      description:
        "Evaluation set for token match and embedding similarity; by default the only registered one, without waiting for it.",
    })
    on: string | undefined,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<Summary> {
    const { loaders } = context;
    const waitMilliseconds = resolveWait(waitSeconds, context);
    const experiments = await loaders.experiments.load(id);
    const runs = await runsOf(experiments);
    const roles = await selectRoles(loaders, experiments, { baseline, candidate });
    const { similarity, computed } = await loaders.similarity.load({
      studyId: id,
      rank,
      waitMilliseconds,
      scaling: Scaling.ADAPTER,
      roles: { baseline, candidate },
    });
    await context.derivations.inSteps(groupRuns(runs, roles));
    const compared =
      roles === undefined ? 0 : runsAt(runs, roles.baseline, rank).length + runsAt(runs, roles.candidate, rank).length;
    // All aliases of a request continue at once.
    await takeTurn(ITEMS_PER_RUN * compared, context.signal);
    const request = { studyId: id, rank, roles: { baseline, candidate }, on: on ?? undefined, waitMilliseconds };
    return {
      ...diagnosticSummary(runs, rank, similarity, roles ?? null),
      computed,
      outputs: openOutputs(context, request),
    };
  }
}

/** Returns a function that measures each kind once, however many fields need it. */
function openOutputs(context: Context, request: OutputAgreementRequest): Summary["outputs"] {
  const measured = new Map<string, Promise<OutputAgreement>>();
  return (kind) => {
    const known = measured.get(kind) ?? outputAgreement(context, kind, request);
    measured.set(kind, known);
    return known;
  };
}

/** Values of the study's tables come first; the others are measured by running the models. */
@Resolver(() => DiagnosticSummaryType)
export class OutputAgreementResolver {
  @FieldResolver(() => Float, {
    nullable: true,
    description:
      "Fraction of equal tokens in the outputs of baseline and candidate: mean_token_match of the study's tables, else measured on the evaluation set. Null with tokenMatchReason.",
  })
  async meanTokenMatch(@Root() { meanTokenMatch, outputs }: Summary): Promise<number | null> {
    return meanTokenMatch ?? (await outputs("GENERATION")).value;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Why meanTokenMatch is null and what to do, in one sentence; null if it is not null.",
  })
  async tokenMatchReason(@Root() { meanTokenMatch, outputs }: Summary): Promise<string | null> {
    return meanTokenMatch === null ? (await outputs("GENERATION")).reason : null;
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      "Cosine similarity of the embeddings of both: mean_embedding_similarity of the study's tables, else of the prompts' last hidden states, measured on the evaluation set. Null with embeddingSimilarityReason.",
  })
  async meanEmbeddingSimilarity(@Root() { meanEmbeddingSimilarity, outputs }: Summary): Promise<number | null> {
    return meanEmbeddingSimilarity ?? (await outputs("EMBEDDING")).value;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Why meanEmbeddingSimilarity is null and what to do, in one sentence; null if it is not null.",
  })
  async embeddingSimilarityReason(@Root() { meanEmbeddingSimilarity, outputs }: Summary): Promise<string | null> {
    return meanEmbeddingSimilarity === null ? (await outputs("EMBEDDING")).reason : null;
  }
}
