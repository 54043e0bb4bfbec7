import { agnes } from "ml-hclust";

/** Farther than any two directions: of pairs that nothing is known of. */
const UNKNOWN = 2;

/**
 * An order of `cosines`' rows that has alike ones beside each other: the leaves of an agglomeration by average linkage
 * over 1 - cosine.
 *
 * @param cosines symmetric; null where undefined
 */
export function clusterOrder(cosines: readonly (readonly (number | null)[])[]): number[] {
  if (cosines.length < 3) return cosines.map((_, i) => i);
  const distances = cosines.map((row, i) =>
    row.map((cosine, j) => (i === j ? 0 : cosine === null ? UNKNOWN : Math.max(0, 1 - cosine))),
  );
  return agnes(distances, { method: "average", isDistanceMatrix: true }).indices();
}
