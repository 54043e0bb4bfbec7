import { failure } from "../../errors.js";

const MAX_LENGTH = 80;

/**
 * A name as it stands in URLs and queries: lower case letters, digits and single hyphens.
 *
 * @throws ARGUMENT_INVALID where nothing of the name can stand in a slug
 */
export function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MAX_LENGTH)
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
