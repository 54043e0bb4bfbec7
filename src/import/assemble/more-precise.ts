/** With a single significant digit, 2 would be a rounding of everything from 1.5 to 2.5. */
const MIN_SIGNIFICANT_DIGITS = 2;

/**
 * Compares two reports of one quantity. Returns the one with more digits if the other is its rounding; undefined if they
 * contradict each other.
 *
 * A value is a rounding of another if it prints with fewer decimals and lies within half a unit of its last decimal. Numbers
 * do not keep trailing zeros, so at least two significant digits are assumed: 2 (printed 2.0) is a rounding of 2.00002, but
 * not of 2.3. Zero has no significant digit and is a rounding of nothing. NaN agrees with NaN only, and an infinity with
 * itself only. The first of two equal values is returned.
 */
export function morePrecise(one: number, other: number): number | undefined {
  if (one === other || (Number.isNaN(one) && Number.isNaN(other))) return one;
  if (!Number.isFinite(one) || !Number.isFinite(other)) return undefined;
  const [short, long] = decimalsOf(one) < decimalsOf(other) ? [one, other] : [other, one];
  return isRoundingOf(short, long) ? long : undefined;
}

function isRoundingOf(short: number, long: number): boolean {
  const decimals = Math.max(decimalsOf(short), decimalsForSignificance(short));
  if (decimals >= decimalsOf(long) || short === 0) return false;
  // Half a unit, plus the rounding error of the subtraction. Python rounds halves to even, spreadsheets away from zero.
  const tolerance = 0.5 * 10 ** -decimals + 2 * Number.EPSILON * Math.abs(long);
  return Math.abs(long - short) <= tolerance;
}

/** Returns the decimals of the shortest notation that is read as the same number: 4 for 1.9737, 8 for 1.5e-7, 0 for 2. */
function decimalsOf(value: number): number {
  const [, fraction = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.max(0, fraction.length - Number(exponent));
}

function decimalsForSignificance(value: number): number {
  return MIN_SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)));
}
