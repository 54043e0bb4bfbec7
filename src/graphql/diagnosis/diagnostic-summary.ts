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
import { meanInterval } from "../../derive/runs/configuration-means.js";
import type { CompleteMean } from "../../derive/statistics/complete-mean.js";
import type { Sample } from "../../derive/statistics/sample.js";
import { Scaling } from "../../model/enums/similarity.js";
import { takeTurn } from "../../store/in-turns.js";
import type { Study } from "../../store/studies/studies.js";
import { waitSecondsArg } from "../arguments.js";
import { PairMeanType } from "../behaviour/rank-behaviour.js";
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
  "pendingJobs" | "tokenMatch" | "embeddingSimilarity"
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
@ObjectType("OutputStatistics", {
  description: "The sample behind a mean agreement of outputs.",
  simpleResolvers: true,
})
class OutputStatisticsType {
  @Field(() => PairMeanType, {
    nullable: true,
    description:
      "Mean and interval: over pairs of equal seeds if it was measured, over the candidate's runs if tables record it; null without values.",
  })
  statistic!: CompleteMean | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Number of pairs of equal seeds at the rank, of which at most the first ten are measured; null for recorded values.",
  })
  available!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "The evaluation set; null for recorded values, and without a set.",
  })
  evaluationSet!: string | null;
}

/** The level of the intervals. */
const CONFIDENCE = 0.95;

/** Returns what a recorded value, or else a measured one, rests on. */
async function outputStatistics(
  recorded: Sample | null,
  measured: () => Promise<OutputAgreement>,
): Promise<OutputStatisticsType> {
  if (recorded !== null) {
    const statistic = { ...recorded, interval: meanInterval(recorded, CONFIDENCE) };
    return { statistic, available: null, evaluationSet: null };
  }
  const { statistic, available, set } = await measured();
  return { statistic, available, evaluationSet: set };
}

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
  async meanTokenMatch(@Root() { tokenMatch, outputs }: Summary): Promise<number | null> {
    return tokenMatch?.mean ?? (await outputs("GENERATION")).statistic?.mean ?? null;
  }

  @FieldResolver(() => OutputStatisticsType, { description: "The runs or pairs that meanTokenMatch is a mean over." })
  tokenMatch(@Root() { tokenMatch, outputs }: Summary): Promise<OutputStatisticsType> {
    return outputStatistics(tokenMatch, () => outputs("GENERATION"));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Why meanTokenMatch is null and what to do, in one sentence; null if it is not null.",
  })
  async tokenMatchReason(@Root() { tokenMatch, outputs }: Summary): Promise<string | null> {
    return tokenMatch === null ? (await outputs("GENERATION")).reason : null;
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      "Cosine similarity of the embeddings of both: mean_embedding_similarity of the study's tables, else of the prompts' last hidden states, measured on the evaluation set. Null with embeddingSimilarityReason.",
  })
  async meanEmbeddingSimilarity(@Root() { embeddingSimilarity, outputs }: Summary): Promise<number | null> {
    return embeddingSimilarity?.mean ?? (await outputs("EMBEDDING")).statistic?.mean ?? null;
  }

  @FieldResolver(() => OutputStatisticsType, {
    description: "The runs or pairs that meanEmbeddingSimilarity is a mean over.",
  })
  embeddingSimilarity(@Root() { embeddingSimilarity, outputs }: Summary): Promise<OutputStatisticsType> {
    return outputStatistics(embeddingSimilarity, () => outputs("EMBEDDING"));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Why meanEmbeddingSimilarity is null and what to do, in one sentence; null if it is not null.",
  })
  async embeddingSimilarityReason(@Root() { embeddingSimilarity, outputs }: Summary): Promise<string | null> {
    return embeddingSimilarity === null ? (await outputs("EMBEDDING")).reason : null;
  }
}
