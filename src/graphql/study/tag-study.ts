import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { failure } from "../../errors.js";
import type { Study } from "../../store/studies/studies.js";
import { addTags, MAX_STUDY_TAGS, removeTags } from "../../store/studies/studies.js";
import { Requires } from "../access/requires.js";
import { slugArg } from "../arguments.js";
import type { Context } from "../context.js";
import { StudyType } from "./study-type.js";

/** Maximum length of a tag in characters: tags are labels, not notes. */
const MAX_LENGTH = 64;
/** Maximum number of tags of one mutation. */
const MAX_TAGS = 64;

const tagsArg = {
  description: `Tags of up to ${MAX_LENGTH} characters each. Leading and trailing white space is removed.`,
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
    const exists = await addTags(context.database, slug, checkedTags(tags));
    return changedStudy(slug, exists, context);
  }

  @Requires("writer")
  @Mutation(() => StudyType, { description: "Removes tags from a study. Tags that it does not have are ignored." })
  async untagStudy(
    @Arg("slug", () => String, slugArg) slug: string,
    @Arg("tags", () => [String], tagsArg) tags: string[],
    @Ctx() context: Context,
  ): Promise<Study> {
    const exists = await removeTags(context.database, slug, checkedTags(tags));
    return changedStudy(slug, exists, context);
  }
}

/** Returns tags without surrounding white space. @throws ARGUMENT_INVALID */
function checkedTags(tags: readonly string[]): string[] {
  const trimmed = tags.map((tag) => tag.trim());
  const invalid = trimmed.find((tag) => tag === "" || tag.length > MAX_LENGTH || tag.includes("\0"));
  if (invalid !== undefined || trimmed.length > MAX_TAGS) {
    throw failure("ARGUMENT_INVALID", {
      where: "tags",
      received: invalid === undefined ? `${trimmed.length} tags` : JSON.stringify(invalid.slice(0, 2 * MAX_LENGTH)),
      allowed: `up to ${MAX_TAGS} tags of 1 to ${MAX_LENGTH} characters`,
    });
  }
  return trimmed;
}

/** Returns the study after the change. @throws STUDY_NOT_FOUND */
async function changedStudy(slug: string, exists: boolean, { loaders }: Context): Promise<Study> {
  // The mutations of a request run one after the other, so that a study that was loaded before is stale.
  const study = exists ? await loaders.studyBySlug.clear(slug).load(slug) : undefined;
  if (study === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
  return study;
}
