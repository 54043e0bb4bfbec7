import { failure } from "../../errors.js";

/** Maximum length of a tag in characters: tags are labels, not notes. */
export const MAX_TAG_CHARACTERS = 64;
/** Maximum number of tags of one mutation. */
const MAX_TAGS = 64;

/** Returns tags without surrounding white space. @throws ARGUMENT_INVALID */
export function checkedTags(tags: readonly string[], maximum = MAX_TAGS): string[] {
  const trimmed = tags.map((tag) => tag.trim());
  const invalid = trimmed.find((tag) => tag === "" || tag.length > MAX_TAG_CHARACTERS || tag.includes("\0"));
  if (invalid !== undefined || trimmed.length > maximum) {
    throw failure("ARGUMENT_INVALID", {
      where: "tags",
      received:
        invalid === undefined ? `${trimmed.length} tags` : JSON.stringify(invalid.slice(0, 2 * MAX_TAG_CHARACTERS)),
      allowed: `up to ${maximum} tags of 1 to ${MAX_TAG_CHARACTERS} characters`,
    });
  }
  return trimmed;
}
