import { distance as editDistance } from "fastest-levenshtein";

/** Maximum number of characters of a name that are compared. */
const MAX_CHARACTERS = 64;

/**
 * Returns up to `limit` of `known` that resemble `name`, the closest first: names that contain it or are contained in it, and
 * names within a Levenshtein distance of two fifths of its length. Letter case and separators do not matter.
 */
export function nearMatches(name: string, known: Iterable<string>, limit: number): string[] {
  const wanted = comparable(name);
  const maxDistance = Math.ceil((2 * wanted.length) / 5);
  const close: { candidate: string; distance: number }[] = [];
  for (const candidate of known) {
    const other = comparable(candidate);
    const isPart = wanted.length > 2 && other.length > 2 && (other.includes(wanted) || wanted.includes(other));
    const distance = editDistance(wanted, other);
    if (isPart || distance <= maxDistance) close.push({ candidate, distance });
  }
  return close
    .sort((left, right) => left.distance - right.distance || (left.candidate < right.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

function comparable(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "")
    .slice(0, MAX_CHARACTERS);
}
