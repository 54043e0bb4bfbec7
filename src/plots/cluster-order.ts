import { agnes } from "ml-hclust";

/** The distance of a pair whose cosine is undefined: no defined distance is greater. */
const UNDEFINED_DISTANCE = 2;

/**
 * Returns an order of the rows of `cosines` in which similar rows are adjacent: the leaves of an agglomerative clustering
 * with average linkage over 1 - cosine.
 *
 * @param cosines a symmetric matrix; null where undefined
 */
export function clusterOrder(cosines: readonly (readonly (number | null)[])[]): number[] {
  if (cosines.length < 3) return cosines.map((_, i) => i);
  const distances = cosines.map((row, i) => row.map((cosine, j) => (i === j ? 0 : distanceOf(cosine))));
  return agnes(distances, { method: "average", isDistanceMatrix: true }).indices();
}

function distanceOf(cosine: number | null): number {
  return cosine === null ? UNDEFINED_DISTANCE : Math.max(0, 1 - cosine);
}
