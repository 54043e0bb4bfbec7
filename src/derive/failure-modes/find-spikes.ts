import { finitePoints, type CurvePoint, type LoggedCurve } from "../runs/metric-choice.js";
import { MAD_TO_SIGMA, median } from "../statistics/order-statistics.js";

/** A point of a curve far above its neighbours. */
export interface Spike extends CurvePoint {
  /** Distance above the median of its neighbours, in robust standard deviations of these distances over the whole curve. */
  readonly z: number;
}

/** Number of neighbours on either side of a point. */
const HALF_WINDOW = 5;
/** Minimum z of a spike. */
const MIN_Z = 6;
/** Minimum ratio of a spike to the median of its neighbours. On a smooth curve, z alone is meaningless. */
const MIN_RATIO = 1.5;
/** Minimum number of points that give a meaningful deviation. */
const MIN_POINTS = 10;

/**
 * Returns the points of a positive curve that stand out upwards (Hampel's filter: Pearson 2002, IEEE Trans. Control Syst.
 * Technol. 10). The distance of a point is from the median of up to five neighbours on either side, so that the start of a
 * falling loss is no spike. Distances are measured by their median absolute deviation, which spikes do not inflate. NaN and
 * infinite values are ignored.
 */
export function findSpikes(curve: LoggedCurve): Spike[] {
  const points = finitePoints(curve);
  if (points.length < MIN_POINTS) return [];
  const neighbourhoods = points.map((point, i) => {
    const neighbourMedian = medianOfNeighbours(points, i);
    return { ...point, neighbourMedian, distance: point.value - neighbourMedian };
  });
  const middle = median(neighbourhoods.map(({ distance }) => distance));
  const deviation = median(neighbourhoods.map(({ distance }) => Math.abs(distance - middle)));
  return neighbourhoods.flatMap(({ step, value, neighbourMedian, distance }) => {
    const z = deviation === 0 ? Infinity : (MAD_TO_SIGMA * (distance - middle)) / deviation;
    const isSpike = distance > 0 && z >= MIN_Z && value >= MIN_RATIO * neighbourMedian;
    return isSpike ? [{ step, value, z }] : [];
  });
}

function medianOfNeighbours(points: readonly CurvePoint[], index: number): number {
  const { step } = points[index] ?? { step: NaN };
  const window = points.slice(Math.max(0, index - HALF_WINDOW), index + HALF_WINDOW + 1);
  return median(window.filter((other) => other.step !== step).map(({ value }) => value));
}
