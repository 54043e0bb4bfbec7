import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import { validate } from "uuid";
import { failure } from "../../errors.js";
import { deleteExperiment, restoreExperiment } from "../../store/deletion/delete-experiment.js";
import { deletedRuns, type DeletedRun } from "../../store/deletion/deleted-runs.js";
import { actorOf } from "../access/actor.js";
import { mayChange } from "../access/may-change.js";
import { Requires } from "../access/requires.js";
import { pageSizeArg, slugArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { DeletionType, endOfGrace } from "../deletion-type.js";
import { checkPageSize } from "../paging/page.js";
import { ExperimentType } from "./experiment-type.js";

@ObjectType("DeletedExperiment", {
  description: "A deleted run of a study. Imports leave it out until it is restored.",
  simpleResolvers: true,
})
class DeletedExperimentType extends DeletionType {
  @Field(() => String, { description: "Name of the run, unique in its study." })
  name!: string;

  @Field(() => Date, { description: "End of the grace period: from then on the run's rows and files are removed." })
  removedAfter!: Date;

  @Field(() => Boolean, {
    description: "Whether its rows were removed. Restoring it then only lets the next import add it again.",
  })
  isRemoved!: boolean;
}

@ObjectType({ description: "The result of restoreExperiment.", simpleResolvers: true })
class RestoreExperimentPayload {
  @Field(() => ExperimentType, {
    nullable: true,
    description: "The run; null if its rows were removed: import its folder to add it again.",
  })
  experiment!: object | null;
}

@Resolver()
export class DeleteExperimentResolver {
  @Requires("writer")
  @Costs({ points: 100, items: ({ first }) => Math.max(0, Number(first)) })
  @Query(() => [DeletedExperimentType], {
    description: "Deleted runs of a study that is not deleted itself, the last deleted first.",
  })
  async deletedExperiments(
    @Arg("slug", () => String, slugArg) slug: string,
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Ctx() { programDatabase, principal, limits, deleteGraceSeconds }: Context,
  ): Promise<DeletedExperimentType[]> {
    const limit = checkPageSize(first, limits);
    const runs = mayChange(principal, slug) ? await deletedRuns(programDatabase, slug, limit) : [];
    return runs.map((run) => withGrace(run, deleteGraceSeconds));
  }

  @Requires("writer")
  @Costs({ points: 100 })
  @Mutation(() => DeletedExperimentType, {
    description:
      "Deletes a run. No query, page or download has it any more, and imports of its folder leave it out. restoreExperiment undoes this; when the grace period has ended, its rows, and the weight files, predictions and computed results that no other run uses, are removed.",
  })
  async deleteExperiment(
    @Arg("id", () => ID, { description: "Id of the experiment." }) id: string,
    @Ctx() context: Context,
  ): Promise<DeletedExperimentType> {
    const { programDatabase, principal, loaders, deleteGraceSeconds } = context;
    // Loaded with the principal's own connection: a token for some studies finds no other run.
    const experiment = validate(id) ? await loaders.experimentById.load(id) : undefined;
    const deleted = experiment && (await deleteExperiment(programDatabase, id, actorOf(principal)));
    if (deleted === undefined) throw failure("EXPERIMENT_NOT_FOUND", { where: "id", received: JSON.stringify(id) });
    clearRuns(context);
    return withGrace(deleted, deleteGraceSeconds);
  }

  @Requires("writer")
  @Costs({ points: 100 })
  @Mutation(() => RestoreExperimentPayload, {
    description: "Restores a deleted run. EXPERIMENT_NOT_FOUND if the study has no deleted run of this name.",
  })
  async restoreExperiment(
    @Arg("slug", () => String, slugArg) slug: string,
    @Arg("name", () => String, { description: "Name of the run in its study: `16bit_r8`." }) name: string,
    @Ctx() context: Context,
  ): Promise<RestoreExperimentPayload> {
    const { programDatabase, principal, loaders } = context;
    const run = mayChange(principal, slug)
      ? await restoreExperiment(programDatabase, { slug, name }, actorOf(principal))
      : undefined;
    if (run === undefined) {
      throw failure("EXPERIMENT_NOT_FOUND", {
        where: "name",
        received: JSON.stringify(name),
        allowed: "the name of a deleted run of the study",
        fix: "List the deleted runs with the query { deletedExperiments(slug) { name removedAfter } }.",
      });
    }
    clearRuns(context);
    return { experiment: run.id === null ? null : ((await loaders.experimentById.load(run.id)) ?? null) };
  }
}

/** The mutations of a request run one after the other, so that what was loaded before is stale. */
function clearRuns({ loaders }: Context): void {
  loaders.forgetStudies();
  loaders.experimentCount.clearAll();
  loaders.ranks.clearAll();
  loaders.layers.clearAll();
}

function withGrace(run: DeletedRun, graceSeconds: number): DeletedExperimentType {
  const { name, deletedAt, deletedBy, isRemoved } = run;
  return { name, deletedAt, deletedBy, isRemoved, removedAfter: endOfGrace(run, graceSeconds) };
}
