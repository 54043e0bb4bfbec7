/** One run in the space of two or three metrics. */
interface ParetoPoint<Item> {
  readonly item: Item;
  readonly x: number;
  readonly y: number;
  /** Undefined with two metrics. */
  readonly z?: number | undefined;
  /** Whether another point is at least as good in all metrics and better in one. */
  readonly dominated: boolean;
}

type Point<Item> = Omit<ParetoPoint<Item>, "dominated">;

/** Whether higher values of each metric are better. Default false. */
interface BetterDirections {
  readonly x?: boolean | undefined;
  readonly y?: boolean | undefined;
  readonly z?: boolean | undefined;
}

const AXES = ["x", "y", "z"] as const;

/**
 * Returns the points with their domination; those that are not dominated are the Pareto frontier. Points are in ascending
 * order of x, then y, then z. Equal points do not dominate each other.
 */
export function paretoFrontier<Item>(
  points: readonly Point<Item>[],
  higherIsBetter: BetterDirections = {},
): ParetoPoint<Item>[] {
  const withCosts = points
    .map((point) => ({ point, costs: costsOf(point, higherIsBetter) }))
    .sort((left, right) => compareCosts(left.costs, right.costs));
  // In this order, only an earlier point of the frontier can dominate a point.
  const frontier: (readonly number[])[] = [];
  const marked = withCosts.map(({ point, costs }) => {
    const dominated = frontier.some((other) => dominates(other, costs));
    if (!dominated) frontier.push(costs);
    return { ...point, dominated };
  });
  return marked.sort((left, right) => left.x - right.x || left.y - right.y || (left.z ?? 0) - (right.z ?? 0));
}

/** Returns the metrics of a point such that lower is better. */
function costsOf(point: Point<unknown>, higherIsBetter: BetterDirections): number[] {
  return AXES.map((axis) => {
    const value = point[axis] ?? 0;
    return higherIsBetter[axis] === true ? -value : value;
  });
}

function dominates(left: readonly number[], right: readonly number[]): boolean {
  return left.every((value, i) => value <= (right[i] ?? 0)) && left.some((value, i) => value < (right[i] ?? 0));
}

function compareCosts(left: readonly number[], right: readonly number[]): number {
  return left.reduce((order, value, i) => order || value - (right[i] ?? 0), 0);
}
