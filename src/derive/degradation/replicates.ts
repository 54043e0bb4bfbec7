import { meanOf } from "../statistics/sample.js";
import type { SeededValue } from "./seed-analysis.js";

/** Returns one value for each distinct set of weights: a copy of an adapter under another name is the same run. */
export function distinctWeights(values: readonly SeededValue[]): readonly SeededValue[] {
  return mergeBy(values, ({ weights }) => weights ?? null);
}

/**
 * Returns one value for each independent run: runs with equal weights or with equal known seeds are one, with their mean. They
 * repeat one random start, so their scatter says nothing about the variation between seeds.
 */
export function independentRuns(values: readonly SeededValue[]): readonly SeededValue[] {
  return mergeBy(withoutRoundedCopies(distinctWeights(values)), ({ seed }) => seed);
}

/** Minimum number of significant digits at which a value that equals another one, rounded, is hardly chance. */
const MIN_COPIED_DIGITS = 5;

/**
 * Leaves out values of unknown seeds that equal another one rounded to fewer digits: 2.10412 and 2.1041 are one run that two files
 * recorded.
 */
export function withoutRoundedCopies(values: readonly SeededValue[]): readonly SeededValue[] {
  if (values.every(({ seed }) => seed !== null)) return values;
  const rounded = new Set<number>();
  for (const { seed, value } of values) {
    if (seed !== null) continue;
    for (let digits = MIN_COPIED_DIGITS; digits < significantDigits(value); digits++) {
      rounded.add(Number(value.toPrecision(digits)));
    }
  }
  return values.filter(
    ({ seed, value }) => seed !== null || significantDigits(value) < MIN_COPIED_DIGITS || !rounded.has(value),
  );
}

function significantDigits(value: number): number {
  return value
    .toExponential()
    .replace(/e.*$/, "")
    .replace(/[^0-9]/g, "").length;
}

/** Returns whether values are distinct enough to estimate a variation: at least two of them differ. */
export function isVarying(values: readonly number[]): boolean {
  return values.some((value) => value !== values[0]);
}

function hasEqualKeys(values: readonly SeededValue[], keyOf: (value: SeededValue) => string | number | null): boolean {
  const keys = new Set<string | number>();
  for (const value of values) {
    const key = keyOf(value);
    if (key === null) continue;
    if (keys.has(key)) return true;
    keys.add(key);
  }
  return false;
}

/** Replaces values of equal keys by their mean. Values with the key null are kept. */
function mergeBy(
  values: readonly SeededValue[],
  keyOf: (value: SeededValue) => string | number | null,
): readonly SeededValue[] {
  if (!hasEqualKeys(values, keyOf)) return values;
  const groups = new Map<unknown, SeededValue[]>();
  for (const value of values) {
    const key = keyOf(value) ?? value;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    if (others.length === 0) return [first];
    return [{ ...first, value: meanOf([first, ...others].map(({ value }) => value)) }];
  });
}
