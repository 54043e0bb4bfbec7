import jstat from "jstat";

/** From this z on, 1 - P loses digits, and the continued fraction converges quickly. */
const TAIL = 3;
const FRACTION_TERMS = 100;

/**
 * Returns P(|Z| >= |z|) of a standard normal variable: by the incomplete gamma function, and in the tail by Laplace's continued
 * fraction (Abramowitz and Stegun, 26.2.14), which does not cancel.
 */
export function twoSidedNormalP(z: number): number {
  const size = Math.abs(z);
  if (size < TAIL) return 1 - jstat.lowRegGamma(0.5, size ** 2 / 2);
  let fraction = size;
  for (let term = FRACTION_TERMS; term >= 1; term--) fraction = size + term / fraction;
  return (2 * Math.exp(-(size ** 2) / 2)) / Math.sqrt(2 * Math.PI) / fraction;
}

/** Returns the critical value z of the standard normal distribution with P(|Z| <= z) = `confidence`. */
export function normalCriticalValue(confidence: number): number {
  return jstat.normal.inv(0.5 + confidence / 2, 0, 1);
}
