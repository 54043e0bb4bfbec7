import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { failure } from "../../errors.js";
import type { Study } from "../../store/studies/studies.js";
import { addTags, MAX_STUDY_TAGS, removeTags } from "../../store/studies/studies.js";
import { actorOf } from "../access/actor.js";
import { Requires } from "../access/requires.js";
import { slugArg } from "../arguments.js";
import type { Context } from "../context.js";
import { checkedTags, MAX_TAG_CHARACTERS } from "./checked-tags.js";
import { StudyType } from "./study-type.js";

const tagsArg = {
  description: `Tags of up to ${MAX_TAG_CHARACTERS} characters each. Leading and trailing white space is removed.`,
};

@Resolver()
export class TagStudyResolver {
  @Requires("writer")
  @Mutation(() => StudyType, {
    description: `Adds tags to a study, which may have up to ${MAX_STUDY_TAGS}. Tags that it already has are ignored.`,
  })
  async tagStudy(
    @Arg("slug", () => String, slugArg) slug: string,
    @Arg("tags", () => [String], tagsArg) tags: string[],
    @Ctx() context: Context,
  ): Promise<Study> {
    const exists = await addTags(context.database, slug, checkedTags(tags), actorOf(context.principal));
    return changedStudy(slug, exists, context);
  }

  @Requires("writer")
  @Mutation(() => StudyType, { description: "Removes tags from a study. Tags that it does not have are ignored." })
  async untagStudy(
    @Arg("slug", () => String, slugArg) slug: string,
    @Arg("tags", () => [String], tagsArg) tags: string[],
    @Ctx() context: Context,
  ): Promise<Study> {
    const exists = await removeTags(context.database, slug, checkedTags(tags), actorOf(context.principal));
    return changedStudy(slug, exists, context);
  }
}

/** Returns the study after the change. @throws STUDY_NOT_FOUND */
async function changedStudy(slug: string, exists: boolean, { loaders }: Context): Promise<Study> {
  // The mutations of a request run one after the other, so that a study that was loaded before is stale.
  const study = exists ? await loaders.studyBySlug.clear(slug).load(slug) : undefined;
  if (study === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
  return study;
}
