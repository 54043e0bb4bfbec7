/** One run in the space of two or three metrics. */
export interface ParetoPoint<Item> {
  readonly item: Item;
  readonly x: number;
  readonly y: number;
  /** Undefined with two metrics. */
  readonly z?: number | undefined;
  /** Another point is at least as good in all metrics and better in one. */
  readonly dominated: boolean;
}

type Point<Item> = Omit<ParetoPoint<Item>, "dominated">;

/** Whether more is better, by metric; less is where it is not said. */
export interface BetterDirections {
  readonly x?: boolean | undefined;
  readonly y?: boolean | undefined;
  readonly z?: boolean | undefined;
}

/**
 * Marks the points that are dominated; the others are the Pareto frontier. Points come back by ascending x, then y, then z;
 * equal points do not dominate each other.
 */
export function paretoFrontier<Item>(
  points: readonly Point<Item>[],
  higherIsBetter: BetterDirections = {},
): ParetoPoint<Item>[] {
  const costs = (point: Point<Item>) =>
    (["x", "y", "z"] as const).map((axis) => (higherIsBetter[axis] === true ? -1 : 1) * (point[axis] ?? 0));
  const placed = points
    .map((point) => ({ point, cost: costs(point) }))
    .sort((left, right) => compare(left.cost, right.cost));
  // In this order only an earlier point can dominate, and one that is dominated need not: what dominates it does.
  const frontier: (readonly number[])[] = [];
  const marked = placed.map(({ point, cost }) => {
    const dominated = frontier.some((other) => dominates(other, cost));
    if (!dominated) frontier.push(cost);
    return { ...point, dominated };
  });
  return marked.sort((left, right) => left.x - right.x || left.y - right.y || (left.z ?? 0) - (right.z ?? 0));
}

function dominates(left: readonly number[], right: readonly number[]): boolean {
  return left.every((value, i) => value <= (right[i] ?? 0)) && left.some((value, i) => value < (right[i] ?? 0));
}

function compare(left: readonly number[], right: readonly number[]): number {
  return left.reduce((order, value, i) => order || value - (right[i] ?? 0), 0);
}
