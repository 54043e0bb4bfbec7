import { Args, Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from "type-graphql";
import { selectRoles } from "../../analysis/runs/select-roles.js";
import type { ComparisonRoles, Configuration } from "../../derive/runs/comparison-roles.js";
import { batchesInTurns, ITEMS_PER_TURN } from "../../store/in-turns.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { RolesArguments } from "../diagnosis/judgement-arguments.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("Roles", { description: "The baseline and the candidate of a comparison.", simpleResolvers: true })
export class RolesType {
  @Field(() => String, { description: "Name of the baseline: `16bit`, or the requested configuration." })
  baseline!: string;

  @Field(() => String, { description: "Name of the candidate: `4bit`, or the requested configuration." })
  candidate!: string;

  @Field(() => String, { description: "Reason for this choice in one sentence." })
  because!: string;

  @Field(() => [ExperimentType], { description: "The runs of the baseline at all ranks and seeds." })
  baselineExperiments!: () => Promise<readonly object[]>;

  @Field(() => [ExperimentType], { description: "The runs of the candidate at all ranks and seeds." })
  candidateExperiments!: () => Promise<readonly object[]>;
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
    return rolesWithExperiments(await selectRoles(loaders, experiments, requested), experiments);
  }
}

/** The roles of each comparison with their experiments: the ranks and aliases of a request share them. */
const WITH_EXPERIMENTS = new WeakMap<ComparisonRoles, RolesType>();

/** Returns the roles with the experiments of each, which are found when they are requested; null without roles. */
export function rolesWithExperiments(
  roles: ComparisonRoles | undefined,
  experiments: readonly Experiment[],
): RolesType | null {
  if (roles === undefined) return null;
  const known = WITH_EXPERIMENTS.get(roles);
  if (known !== undefined) return known;
  const { baseline, candidate, because } = roles;
  const withExperiments = {
    baseline: baseline.name,
    candidate: candidate.name,
    because,
    baselineExperiments: once(() => experimentsOf(baseline, experiments)),
    candidateExperiments: once(() => experimentsOf(candidate, experiments)),
  };
  WITH_EXPERIMENTS.set(roles, withExperiments);
  return withExperiments;
}

/** Returns the experiments of a configuration in their order. */
async function experimentsOf({ runs }: Configuration, experiments: readonly Experiment[]): Promise<Experiment[]> {
  const found: Experiment[] = [];
  for await (const batch of batchesInTurns([experiments], ITEMS_PER_TURN)) {
    for (const experiment of batch) if (runs.has(experiment.id)) found.push(experiment);
  }
  return found;
}

/** Returns a function that calls `compute` once, when it is first called. */
function once<Value>(compute: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= compute());
}
