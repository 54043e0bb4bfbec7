import jstat from "jstat";

/** The t that a Student variable of `freedom` degrees stays within, to either side, with probability `confidence`. */
export function studentT(confidence: number, freedom: number): number {
  return jstat.studentt.inv(0.5 + confidence / 2, freedom);
}

/**
 * Two-sided p of `t` with `freedom` degrees of freedom: I_x(freedom / 2, 1 / 2) with x = freedom / (freedom + t^2)
 * (Abramowitz and Stegun 26.7.1), which does not cancel where p is small.
 */
export function twoSidedP(t: number, freedom: number): number {
  return t === 0 ? 1 : Math.min(1, Math.max(0, jstat.ibeta(freedom / (freedom + t ** 2), freedom / 2, 0.5)));
}
