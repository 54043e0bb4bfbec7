import { failure } from "../../errors.js";

/** Characters of a slug. */
export const MAX_SLUG_CHARACTERS = 80;

/**
 * Returns the slug of a name: lower-case letters, digits and single hyphens, at most 80 characters.
 *
 * @throws ARGUMENT_INVALID if the slug would be empty
 */
export function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MAX_SLUG_CHARACTERS)
    .replace(/^-+|-+$/g, "");
  if (slug === "") {
    throw failure("ARGUMENT_INVALID", {
      where: "slug",
      received: JSON.stringify(name),
      allowed: "letters a-z, digits, hyphens",
    });
  }
  return slug;
}
