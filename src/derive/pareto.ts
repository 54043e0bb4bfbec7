/** One run in the plane of two metrics. */
export interface ParetoPoint<Item> {
  readonly item: Item;
  readonly x: number;
  readonly y: number;
  /** Another point is at least as good in both metrics and better in one; less is better in both. */
  readonly dominated: boolean;
}

/** Marks the points that are dominated; the others are the Pareto frontier. Points come back by ascending x, then y. */
export function paretoFrontier<Item>(points: readonly { item: Item; x: number; y: number }[]): ParetoPoint<Item>[] {
  const sorted = [...points].sort((left, right) => left.x - right.x || left.y - right.y);
  let bestEarlier = Infinity;
  let bestHere = Infinity;
  let here = NaN;
  return sorted.map((point) => {
    if (point.x !== here) {
      bestEarlier = Math.min(bestEarlier, bestHere);
      bestHere = point.y;
      here = point.x;
    }
    // Within one x the points ascend in y, so the first holds the best.
    return { ...point, dominated: bestEarlier <= point.y || bestHere < point.y };
  });
}
