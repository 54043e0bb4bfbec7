import { Arg, Ctx, Field, Int, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import { failure } from "../../errors.js";
import {
  deletedStudies,
  deleteStudy,
  openJobsOfStudy,
  restoreStudy,
  type DeletedStudy,
} from "../../store/deletion/delete-study.js";
import type { Study } from "../../store/studies/studies.js";
import { actorOf } from "../access/actor.js";
import { mayChange } from "../access/may-change.js";
import { Requires } from "../access/requires.js";
import { pageSizeArg, slugArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { DeletionType, endOfGrace } from "../deletion-type.js";
import { checkPageSize } from "../paging/page.js";
import { StudyType } from "./study-type.js";

@ObjectType("DeletedStudy", { description: "A deleted study that can still be restored.", simpleResolvers: true })
class DeletedStudyType extends DeletionType {
  @Field(() => String, { description: "Slug of the study. An import under this slug fails until it is removed." })
  slug!: string;

  @Field(() => String, { description: "Display name." })
  name!: string;

  @Field(() => Date, {
    description:
      "End of the grace period: from then on the study's rows and files are removed, and it cannot be restored.",
  })
  removedAfter!: Date;
}

@Resolver()
export class DeleteStudyResolver {
  @Requires("writer")
  @Costs({ points: 100, items: ({ first }) => Math.max(0, Number(first)) })
  @Query(() => [DeletedStudyType], {
    description: "Deleted studies that can still be restored, the last deleted first.",
  })
  async deletedStudies(
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Ctx() { programDatabase, principal, limits, deleteGraceSeconds }: Context,
  ): Promise<DeletedStudyType[]> {
    const selection = { slugs: principal.studies, limit: checkPageSize(first, limits) };
    const deleted = await deletedStudies(programDatabase, selection);
    return deleted.map((study) => withGrace(study, deleteGraceSeconds));
  }

  @Requires("writer")
  @Costs({ points: 100 })
  @Mutation(() => DeletedStudyType, {
    description:
      "Deletes a study with all of its runs. No query, page or download has it any more, and its own jobs are cancelled. restoreStudy undoes this until the grace period ends; then its rows, and the weight files, predictions and computed results that no other study uses, are removed.",
  })
  async deleteStudy(
    @Arg("slug", () => String, slugArg) slug: string,
    @Ctx() context: Context,
  ): Promise<DeletedStudyType> {
    const { programDatabase, principal, deleteGraceSeconds, loaders, jobs, log } = context;
    const deleted = mayChange(principal, slug)
      ? await deleteStudy(programDatabase, slug, actorOf(principal))
      : undefined;
    if (deleted === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
    for (const id of await openJobsOfStudy(programDatabase, slug)) {
      await jobs
        .cancel(id, actorOf(principal))
        .catch((err: unknown) => log.warn({ err, job: id }, "a job of a deleted study runs on"));
    }
    // The mutations of a request run one after the other, so that what was loaded before is stale.
    loaders.forgetStudies();
    return withGrace(deleted, deleteGraceSeconds);
  }

  @Requires("writer")
  @Costs({ points: 100 })
  @Mutation(() => StudyType, {
    description:
      "Restores a deleted study with the runs that were deleted with it. STUDY_NOT_FOUND if no deleted study has this slug, or its rows were removed.",
  })
  async restoreStudy(@Arg("slug", () => String, slugArg) slug: string, @Ctx() context: Context): Promise<Study> {
    const { programDatabase, principal, loaders } = context;
    const isRestored = mayChange(principal, slug) && (await restoreStudy(programDatabase, slug, actorOf(principal)));
    const study = isRestored ? await loaders.studyBySlug.clear(slug).load(slug) : undefined;
    if (study !== undefined) return study;
    throw failure("STUDY_NOT_FOUND", {
      where: "slug",
      received: JSON.stringify(slug),
      allowed: "the slug of a deleted study",
      fix: "List the deleted studies with the query { deletedStudies { slug removedAfter } }.",
    });
  }
}

function withGrace(study: DeletedStudy, graceSeconds: number): DeletedStudyType {
  return { ...study, removedAfter: endOfGrace(study, graceSeconds) };
}
