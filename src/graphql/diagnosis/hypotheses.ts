import { Args, ArgsType, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import type { Provenance } from "../../analysis/request/provenance.js";
import { SharedResults } from "../../analysis/request/shared-results.js";
import { judgedWithMeasurements } from "../../analysis/judgement/judged-with-measurements.js";
import { ConfoundKind, type Confound } from "../../derive/confounds/confounds.js";
import { hypothesisSteps, type Hypothesis } from "../../derive/hypotheses/judge-hypotheses.js";
import type { Evidence, StudyEvidence } from "../../derive/study-evidence.js";
import { VerdictCertainty } from "../../model/enums/statistics.js";
import { HypothesisVerdict, Severity } from "../../model/enums/verdict.js";
import type { Study } from "../../store/studies/studies.js";
import { evaluationSetArg } from "../arguments.js";
import { Computed } from "../computed/computed-type.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { diagnosisPoints } from "../cost/estimates.js";
import { StudyType } from "../study/study-type.js";
import { StudyJudgementArguments } from "./judgement-arguments.js";

@ObjectType("Evidence", { description: "A number that a verdict is based on." })
export class EvidenceType implements Evidence {
  @Field(() => String, { description: "Name of the number: `mean cosine similarity at r = 8`." })
  label!: string;

  @Field(() => Float, {
    nullable: true,
    description: "The value in the given unit; null if undefined, for example a rank if no rank is acceptable.",
  })
  value!: number | null;

  @Field(() => String, { description: "Unit of the value: `cosine`, `%`, `rank`, ..." })
  unit!: string;
}

@ObjectType("Confound", { description: "A difference that confounds a comparison." })
export class ConfoundType implements Confound {
  @Field(() => ConfoundKind, { description: "The kind of difference, for programs." })
  kind!: ConfoundKind;

  @Field(() => Severity, { description: "HIGH means that this difference alone can explain the result." })
  severity!: Severity;

  @Field(() => String, { description: "The difference with the values of baseline and candidate, in one sentence." })
  message!: string;

  @Field(() => [Int], { description: "The affected ranks, ascending." })
  ranks!: readonly number[];
}

@ObjectType("Hypothesis", { description: "One of the three hypotheses of a study and its verdict." })
class HypothesisType implements Omit<Hypothesis, "basis"> {
  @Field(() => String, { description: "H1: same update. H2: sensitive layers. H3: minimum rank." })
  id!: Hypothesis["id"];

  @Field(() => String, { description: "The claim with the requested threshold, in one sentence." })
  statement!: string;

  @Field(() => HypothesisVerdict, { description: "The verdict on the statement, without regard to confounds." })
  verdict!: HypothesisVerdict;

  @Field(() => VerdictCertainty, {
    nullable: true,
    description: "Whether the verdict rests on intervals or on point estimates; null if nothing was measured.",
  })
  certainty!: VerdictCertainty | null;

  @Field(() => String, { description: "Reason for the verdict in one sentence, with ranks and values." })
  because!: string;

  @Field(() => [EvidenceType], { description: "The numbers behind the verdict; empty if there are none." })
  evidence!: readonly EvidenceType[];

  @Field(() => [ConfoundType], {
    description: "Known confounds of the comparisons behind the verdict; empty if there are none.",
  })
  confounds!: readonly ConfoundType[];

  @Field(() => Computed, {
    nullable: true,
    description: "How the cosines behind the verdict were computed; null if the verdict uses none.",
  })
  computed!: Provenance | null;
}

/** The hypotheses by their evidence, which a request has for itself or shares with those that have equal options. */
const JUDGED = new SharedResults<StudyEvidence, Hypothesis[]>();

@ArgsType()
class HypothesesArguments extends StudyJudgementArguments {
  @Field(() => String, evaluationSetArg)
  on?: string | null;
}

@Resolver(() => StudyType)
export class HypothesesResolver {
  @Costs({ points: diagnosisPoints, items: 3 })
  @FieldResolver(() => [HypothesisType], {
    description: "Hypotheses H1, H2 and H3, each with its verdict and the confounds of the comparisons behind it.",
  })
  async hypotheses(
    @Root() study: Study,
    @Args(() => HypothesesArguments) { on, ...requested }: HypothesesArguments,
    @Ctx() context: Context,
  ): Promise<HypothesisType[]> {
    const { evidence, rule, computed } = await judgedWithMeasurements(context, study, { ...requested, on });
    const hypotheses = await JUDGED.get(evidence, context.derivations, () =>
      context.derivations.inSteps(hypothesisSteps(evidence, rule, requested.rules)),
    );
    return hypotheses.map((hypothesis) => ({
      ...hypothesis,
      computed: hypothesis.basis === "WEIGHTS" ? computed : null,
    }));
  }
}
