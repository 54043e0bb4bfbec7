import { failure } from "../../errors.js";

/** A label, not a note. */
const MAX_LENGTH = 64;
/** At one time. */
const MAX_TAGS = 64;

/** Tags as they are stored: without white space around them. @throws ARGUMENT_INVALID */
export function checkedTags(tags: readonly string[]): string[] {
  const trimmed = tags.map((tag) => tag.trim());
  const wrong = trimmed.find((tag) => tag === "" || tag.length > MAX_LENGTH || tag.includes("\0"));
  if (wrong !== undefined || trimmed.length > MAX_TAGS) {
    throw failure("ARGUMENT_INVALID", {
      where: "tags",
      received: wrong === undefined ? `${trimmed.length} tags` : JSON.stringify(wrong.slice(0, 2 * MAX_LENGTH)),
      allowed: `up to ${MAX_TAGS} tags of 1 to ${MAX_LENGTH} characters`,
    });
  }
  return trimmed;
}
