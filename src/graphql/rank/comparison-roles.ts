import { Args, Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from "type-graphql";
import { selectRoles } from "../../analysis/runs/select-roles.js";
import type { ComparisonRoles, Configuration } from "../../derive/runs/comparison-roles.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("Roles", { description: "The baseline and the candidate of a comparison." })
export class RolesType {
  @Field(() => String, { description: "Name of the baseline: `16bit`, or the requested configuration." })
  baseline!: string;

  @Field(() => String, { description: "Name of the candidate: `4bit`, or the requested configuration." })
  candidate!: string;

  @Field(() => String, { description: "Reason for this choice in one sentence." })
  because!: string;

  @Field(() => [ExperimentType], { description: "The runs of the baseline at all ranks and seeds." })
  baselineExperiments!: readonly object[];

  @Field(() => [ExperimentType], { description: "The runs of the candidate at all ranks and seeds." })
  candidateExperiments!: readonly object[];
}

@Resolver(() => StudyType)
export class StudyRolesResolver {
  @FieldResolver(() => RolesType, {
    nullable: true,
    description: "The baseline and the candidate of the study; null without two configurations to compare.",
  })
  async roles(
    @Root() { id }: Study,
    @Args(() => RolesArguments) requested: RolesArguments,
    @Ctx() { loaders }: Context,
  ): Promise<RolesType | null> {
    const experiments = await loaders.experiments.load(id);
    return rolesWithExperiments(await selectRoles(experiments, requested), experiments);
  }
}

/** Returns the roles with the experiments of each; null without roles. */
export function rolesWithExperiments(
  roles: ComparisonRoles | undefined,
  experiments: readonly Experiment[],
): RolesType | null {
  if (roles === undefined) return null;
  const { baseline, candidate, because } = roles;
  const experimentsOf = ({ runs }: Configuration) => experiments.filter(({ id }) => runs.has(id));
  return {
    baseline: baseline.name,
    candidate: candidate.name,
    because,
    baselineExperiments: experimentsOf(baseline),
    candidateExperiments: experimentsOf(candidate),
  };
}
