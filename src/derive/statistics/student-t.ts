import jstat from "jstat";

/** Returns the critical value t of Student's distribution with P(|T| <= t) = `confidence`. */
export function studentT(confidence: number, degreesOfFreedom: number): number {
  return jstat.studentt.inv(0.5 + confidence / 2, degreesOfFreedom);
}

/**
 * Returns the two-sided p-value of `t`: I_x(df / 2, 1 / 2) with x = df / (df + t^2) (Abramowitz and Stegun, 26.7.1).
 * This form does not cancel for small p-values.
 */
export function twoSidedP(t: number, degreesOfFreedom: number): number {
  if (t === 0) return 1;
  const p = jstat.ibeta(degreesOfFreedom / (degreesOfFreedom + t ** 2), degreesOfFreedom / 2, 0.5);
  return Math.min(1, Math.max(0, p));
}
