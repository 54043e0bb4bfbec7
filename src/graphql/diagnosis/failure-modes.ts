import { Args, Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from "type-graphql";
import { SharedResults } from "../../analysis/request/shared-results.js";
import { failureEvidence } from "../../analysis/judgement/study-evidence.js";
import { experimentFinder } from "../../analysis/runs/study-runs.js";
import type { FailureEvidence } from "../../derive/failure-modes/failure-mode-rule.js";
import { FailureKind, failureModeSteps, type FailureMode } from "../../derive/failure-modes/failure-modes.js";
import { Severity } from "../../model/enums/verdict.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { diagnosisPoints } from "../cost/estimates.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { StudyType } from "../study/study-type.js";
import { EvidenceType } from "./hypotheses.js";
import { StudyJudgementArguments } from "./judgement-arguments.js";

@ObjectType("FailureMode", { description: "A problem in a study.", simpleResolvers: true })
class FailureModeType implements Omit<FailureMode, "experiments"> {
  @Field(() => FailureKind, { description: "The kind of problem, for programs." })
  kind!: FailureKind;

  @Field(() => String, { description: "The observed symptom." })
  symptom!: string;

  @Field(() => String, { description: "The likely cause." })
  cause!: string;

  @Field(() => String, { description: "The recommended action." })
  mitigation!: string;

  @Field(() => Severity, { description: "Severity, from the kind of problem and how certain it is." })
  severity!: Severity;

  @Field(() => [EvidenceType], { description: "The numbers that show the problem." })
  evidence!: readonly EvidenceType[];

  @Field(() => [ExperimentType], { description: "The affected runs." })
  experiments!: () => readonly object[];
}

/** The failure modes by their evidence, which a request has for itself or shares with those that have equal options. */
const DETECTED = new SharedResults<FailureEvidence, FailureMode[]>();

@Resolver(() => StudyType)
export class FailureModesResolver {
  @Costs({ points: diagnosisPoints })
  @FieldResolver(() => [FailureModeType], { description: "The problems in the study, most severe first." })
  async failureModes(
    @Root() study: Study,
    @Args(() => StudyJudgementArguments) requested: StudyJudgementArguments,
    @Ctx() context: Context,
  ): Promise<FailureModeType[]> {
    const { evidence, rule, measured } = await failureEvidence(context, study, requested);
    const modes = await DETECTED.get(evidence, context.derivations, () =>
      context.derivations.inSteps(failureModeSteps(evidence, rule, requested.rules)),
    );
    const experimentOf = experimentFinder(measured.experiments);
    return modes.map((mode) => ({
      ...mode,
      experiments: () => mode.experiments.map(experimentOf),
    }));
  }
}
