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
export interface BetterDirections {
  readonly x?: boolean | undefined;
  readonly y?: boolean | undefined;
  readonly z?: boolean | undefined;
}

/**
 * Returns the points with their domination; those that are not dominated are the Pareto frontier. Points are in ascending
 * order of x, then y, then z. Equal points do not dominate each other.
 */
export function paretoFrontier<Item>(
  points: readonly Point<Item>[],
  higherIsBetter: BetterDirections = {},
): ParetoPoint<Item>[] {
  return inParetoOrder(points, paretoOrder(paretoAxes(points), higherIsBetter));
}

/** Returns the points in the order that was computed for their axes, with their domination. */
export function inParetoOrder<Item>(
  points: readonly Point<Item>[],
  { order, dominated }: ParetoOrder,
): ParetoPoint<Item>[] {
  return Array.from(order, (i) => ({ ...(points[i] as Point<Item>), dominated: dominated[i] === 1 }));
}

/** The values of the points on each axis. */
export type ParetoAxes = Readonly<Record<"x" | "y" | "z", Float64Array>>;

/** Returns the values of the points on each axis; 0 on an axis that they do not have. */
export function paretoAxes(points: readonly Omit<Point<unknown>, "item">[]): ParetoAxes {
  return {
    x: Float64Array.from(points, ({ x }) => x),
    y: Float64Array.from(points, ({ y }) => y),
    z: Float64Array.from(points, ({ z }) => z ?? 0),
  };
}

/** The positions of points in ascending order of x, then y, then z, and 1 at the position of each dominated point. */
export interface ParetoOrder {
  readonly order: Uint32Array;
  readonly dominated: Uint8Array;
}

/** Computes the order and the domination of n points in O(n log n) time. */
export function paretoOrder(axes: ParetoAxes, higherIsBetter: BetterDirections): ParetoOrder {
  const costs = {
    x: costsOf(axes.x, higherIsBetter.x),
    y: costsOf(axes.y, higherIsBetter.y),
    z: costsOf(axes.z, higherIsBetter.z),
  };
  return { order: positionsByValue(axes), dominated: dominatedPoints(costs) };
}

/** Returns the values of an axis such that lower is better. */
function costsOf(values: Float64Array, higherIsBetter = false): Float64Array {
  return higherIsBetter ? values.map((value) => -value) : values;
}

/**
 * Visits the points in ascending order of their costs, so that only an earlier point can dominate a point. One does if its
 * y is not higher and its z is not higher: the minimum z of the earlier points up to that y decides.
 */
function dominatedPoints(costs: ParetoAxes): Uint8Array {
  const { x, y, z } = costs;
  const dominated = new Uint8Array(x.length);
  const lowestZ = openPrefixMinimum(y);
  let previous: number | undefined;
  for (const i of positionsByValue(costs)) {
    const equalsPrevious =
      previous !== undefined && x[i] === x[previous] && y[i] === y[previous] && z[i] === z[previous];
    const isDominated = equalsPrevious ? dominated[previous ?? i] === 1 : lowestZ.upTo(y[i] ?? 0) <= (z[i] ?? 0);
    dominated[i] = isDominated ? 1 : 0;
    lowestZ.add(y[i] ?? 0, z[i] ?? 0);
    previous = i;
  }
  return dominated;
}

/** Returns the positions of the points in ascending order of x, then y, then z. Equal points keep their order. */
function positionsByValue({ x, y, z }: ParetoAxes): Uint32Array {
  const compare = (left: number, right: number) =>
    difference(x, left, right) || difference(y, left, right) || difference(z, left, right);
  return Uint32Array.from(x.keys()).sort(compare);
}

function difference(values: Float64Array, left: number, right: number): number {
  return (values[left] ?? 0) - (values[right] ?? 0);
}

/** The minimum of the values added so far at keys up to a key. Both operations take O(log n) time. */
interface PrefixMinimum {
  add(key: number, value: number): void;
  upTo(key: number): number;
}

/** Opens a Fenwick tree over `keys`, which must include every key that is used. */
function openPrefixMinimum(keys: Float64Array): PrefixMinimum {
  const sorted = [...new Set(keys)].sort((left, right) => left - right);
  const nodeOfKey = new Map(sorted.map((key, i) => [key, i + 1]));
  const minima = new Float64Array(sorted.length + 1).fill(Infinity);
  return {
    add(key, value) {
      for (let node = nodeOfKey.get(key) ?? 0; node > 0 && node < minima.length; node += node & -node) {
        minima[node] = Math.min(minima[node] ?? Infinity, value);
      }
    },
    upTo(key) {
      let minimum = Infinity;
      for (let node = nodeOfKey.get(key) ?? 0; node > 0; node -= node & -node) {
        minimum = Math.min(minimum, minima[node] ?? Infinity);
      }
      return minimum;
    },
  };
}
