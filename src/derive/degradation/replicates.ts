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
  return mergeBy(distinctWeights(values), ({ seed }) => seed);
}

/** Returns whether values are distinct enough to estimate a variation: at least two of them differ. */
export function isVarying(values: readonly number[]): boolean {
  return values.some((value) => value !== values[0]);
}

/** Replaces values of equal keys by their mean. Values with the key null are kept. */
function mergeBy(
  values: readonly SeededValue[],
  keyOf: (value: SeededValue) => string | number | null,
): readonly SeededValue[] {
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
