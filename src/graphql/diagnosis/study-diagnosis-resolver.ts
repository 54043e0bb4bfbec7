import { Arg, Args, Ctx, FieldResolver, Float, Int, Resolver, Root } from "type-graphql";
import { degradationByRank } from "../../derive/degradation/degradation.js";
import { diagnosticSummary, type DiagnosticSummary } from "../../derive/tradeoffs/diagnostic-summary.js";
import { detectFailureModes } from "../../derive/failure-modes/detect-failure-modes.js";
import type { Hypothesis } from "../../derive/hypotheses/hypothesis.js";
import { notebookRankThreshold, rankThreshold } from "../../derive/degradation/rank-threshold.js";
import { judgeHypotheses } from "../../derive/hypotheses/judge-hypotheses.js";
import type { Study } from "../../store/studies.js";
import { waitSecondsArg } from "../arguments.js";
import type { Context } from "../context.js";
import { acceptanceRule, measuredStudy } from "../../analysis/judged-study.js";
import type { Provenance } from "../../analysis/provenance.js";
import { rolesOf } from "../../analysis/roles-of.js";
import { shownRoles } from "../rank/shown-roles.js";
import { failureEvidence, judgedStudy } from "../../analysis/study-evidence.js";
import { byId, runOf } from "../../analysis/study-runs.js";
import { DiagnosticSummaryType, FailureModeType, HypothesisType } from "./diagnosis-types.js";
import { Scaling } from "../../model/enums/similarity.js";
import { JudgementArguments, RolesArguments, StudyJudgementArguments } from "./judgement-arguments.js";
import { MinimumViableRankType, RolesType } from "../rank/rank-type.js";
import { StudyType } from "../study/study-type.js";
import { waitOf } from "../../analysis/wait.js";
import { Costs } from "../cost/costs.js";
import { ONE_PAIR, bootstrapPoints, diagnosisPoints } from "../cost/estimates.js";

/** What follows from a study's facts. Nothing here is stored: each conclusion is derived for the thresholds asked about. */
@Resolver(() => StudyType)
export class StudyDiagnosisResolver {
  @FieldResolver(() => RolesType, {
    nullable: true,
    description: "Who is compared with whom, and why; null where there are no two configurations to compare.",
  })
  async roles(
    @Root() { id }: Study,
    @Args(() => RolesArguments) asked: RolesArguments,
    @Ctx() { loaders }: Context,
  ): Promise<RolesType | null> {
    const experiments = await loaders.experiments.load(id);
    return shownRoles(rolesOf(experiments.map(runOf), asked), experiments);
  }

  @Costs({ points: bootstrapPoints })
  @FieldResolver(() => MinimumViableRankType, { description: "The least rank that keeps quality, r*." })
  async minimumViableRank(
    @Root() { id }: Study,
    @Args(() => JudgementArguments) asked: JudgementArguments,
    @Ctx() { loaders }: Context,
  ): Promise<MinimumViableRankType> {
    const measured = await measuredStudy(loaders, id, asked);
    const { runs, roles, experiments } = measured;
    const judged = degradationByRank(runs, acceptanceRule(measured, asked), roles ?? null);
    const found = asked.rules === "NOTEBOOK" ? notebookRankThreshold(judged) : rankThreshold(judged);
    const { testedRanks, inconclusiveRanks, ...rest } = found;
    return {
      ...rest,
      testedRanks: [...testedRanks],
      inconclusiveRanks: [...inconclusiveRanks],
      roles: shownRoles(roles, experiments),
    };
  }

  @Costs({ points: diagnosisPoints, items: 3 })
  @FieldResolver(() => [HypothesisType], {
    description: "H1, H2 and H3, judged by the study's facts, with what makes the judgement unfair.",
  })
  async hypotheses(
    @Root() study: Study,
    @Args(() => StudyJudgementArguments) asked: StudyJudgementArguments,
    @Ctx() context: Context,
  ): Promise<(Hypothesis & { computed: Provenance | null })[]> {
    const { evidence, rule, computed } = await judgedStudy(context, study, asked);
    const found = judgeHypotheses(evidence, rule, asked.rules);
    // H3 rests on metrics alone.
    return found.map((hypothesis) => ({ ...hypothesis, computed: hypothesis.id === "H3" ? null : computed }));
  }

  @Costs({ points: diagnosisPoints })
  @FieldResolver(() => [FailureModeType], { description: "What went wrong, the most severe first." })
  async failureModes(
    @Root() study: Study,
    @Args(() => StudyJudgementArguments) asked: StudyJudgementArguments,
    @Ctx() context: Context,
  ): Promise<FailureModeType[]> {
    const { evidence, rule, measured } = await failureEvidence(context, study, asked);
    const find = byId(measured.experiments);
    return detectFailureModes(evidence, rule, asked.rules).map((mode) => ({
      ...mode,
      evidence: [...mode.evidence],
      experiments: mode.experiments.map(find),
    }));
  }

  @Costs(ONE_PAIR)
  @FieldResolver(() => DiagnosticSummaryType, { description: "The notebook's closing table for one rank." })
  async diagnosticSummary(
    @Root() { id }: Study,
    @Arg("rank", () => Int, { description: "The rank r whose runs it is of; without runs there, all of it is null." })
    rank: number,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Args(() => RolesArguments) { baseline, candidate }: RolesArguments,
    @Ctx() context: Context,
  ): Promise<DiagnosticSummary & { computed: Provenance | null }> {
    const { loaders } = context;
    const waitMilliseconds = waitOf(waitSeconds, context);
    const runs = (await loaders.experiments.load(id)).map(runOf);
    const roles = rolesOf(runs, { baseline, candidate });
    const { similarity, computed } = await loaders.similarity.load({
      ...{ studyId: id, rank, waitMilliseconds },
      scaling: Scaling.ADAPTER,
      roles: { baseline, candidate },
    });
    return { ...diagnosticSummary(runs, rank, similarity, roles ?? null), computed };
  }
}
