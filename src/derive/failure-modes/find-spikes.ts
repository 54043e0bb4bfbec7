import type { LoggedCurve } from "../runs/metric-choice.js";
import { median } from "../statistics/quantile.js";
import { MAD_TO_SIGMA } from "../statistics/robust-z.js";

/** One point of a curve far above its neighbours. */
export interface Spike {
  readonly step: number;
  readonly value: number;
  /** How far above the median of its neighbours, in robust standard deviations of the whole curve's such distances. */
  readonly z: number;
}

/** Points to either side that are a point's neighbours. */
const HALF_WINDOW = 5;
/** A spike is this many robust standard deviations above its neighbours ... */
const SPIKE_Z = 6;
/** ... and this many times their median: a smooth curve has so small deviations that z alone means nothing. */
const SPIKE_RATIO = 1.5;
/** Fewer points have no ordinary distance to stand out from. */
const LEAST_POINTS = 10;

/**
 * The points of a positive curve that stand out upwards. Distances are from the median of up to five neighbours on either
 * side, so that a falling loss is no spike at its start, and are measured by their median absolute deviation, which the
 * spikes cannot inflate (Hampel's filter: Pearson 2002, IEEE Trans. Control Syst. Technol. 10). NaN and infinities are left
 * out: they are no spikes.
 */
export function findSpikes({ steps, values }: LoggedCurve): Spike[] {
  const points = steps.flatMap((step, i) => {
    const value = values[i];
    return value !== undefined && Number.isFinite(value) ? [{ step, value }] : [];
  });
  if (points.length < LEAST_POINTS) return [];
  const distances = points.map(({ step, value }, i) => {
    const around = points.slice(Math.max(0, i - HALF_WINDOW), i + HALF_WINDOW + 1);
    const middle = median(around.filter((other) => other.step !== step).map((other) => other.value));
    return { step, value, middle, distance: value - middle };
  });
  const middle = median(distances.map(({ distance }) => distance));
  const deviation = median(distances.map(({ distance }) => Math.abs(distance - middle)));
  return distances.flatMap(({ step, value, middle: near, distance }) => {
    const z = deviation === 0 ? Infinity : (MAD_TO_SIGMA * (distance - middle)) / deviation;
    const stands = distance > 0 && z >= SPIKE_Z && value >= SPIKE_RATIO * near;
    return stands ? [{ step, value, z }] : [];
  });
}
