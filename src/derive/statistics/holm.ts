/**
 * Returns the p-values adjusted for testing all of them (Holm 1979, Scand. J. Stat. 6): the chance that any adjusted value is
 * below a level, although all tested hypotheses are true, is at most that level.
 */
export function holmAdjusted(p: readonly number[]): number[] {
  const ascending = p.map((value, index) => ({ value, index })).sort((left, right) => left.value - right.value);
  const adjusted = new Array<number>(p.length);
  let largest = 0;
  ascending.forEach(({ value, index }, i) => {
    largest = Math.max(largest, Math.min(1, (p.length - i) * value));
    adjusted[index] = largest;
  });
  return adjusted;
}
