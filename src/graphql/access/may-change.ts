import type { Principal } from "./principal.js";

/**
 * Returns whether a principal has access to the study of `slug`. Requests check this before they use the program's own
 * connection, which sees every study.
 */
export function mayChange({ studies }: Principal, slug: string): boolean {
  return studies === undefined || studies.includes(slug);
}
