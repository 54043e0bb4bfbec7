import type { Screen } from "./screen.js";

const LEVELS = { unicode: "▁▂▃▄▅▆▇█", ascii: ".:-=+*%#" };

/** Minimum and maximum of finite values. */
interface Range {
  readonly min: number;
  readonly max: number;
}

/** Returns the range of several curves together, to draw them on one scale; undefined where no value is finite. */
export function rangeOf(curves: readonly (readonly (number | null)[])[]): Range | undefined {
  const values = curves.flat().filter((value): value is number => value !== null && Number.isFinite(value));
  if (values.length === 0) return undefined;
  return values.reduce<Range>(({ min, max }, value) => ({ min: Math.min(min, value), max: Math.max(max, value) }), {
    min: Infinity,
    max: -Infinity,
  });
}

/**
 * Draws a curve with one character per value, from the minimum of `range` to its maximum. A missing value is a blank; a constant
 * curve is drawn at the lowest level.
 */
export function sparkline(
  values: readonly (number | null)[],
  { unicode }: Pick<Screen, "unicode">,
  range = rangeOf([values]),
): string {
  const levels = unicode ? LEVELS.unicode : LEVELS.ascii;
  return values
    .map((value) => {
      if (value === null || range === undefined) return " ";
      const share = range.max === range.min ? 0 : (value - range.min) / (range.max - range.min);
      const level = Math.min(levels.length - 1, Math.max(0, Math.floor(share * levels.length)));
      return levels.charAt(level);
    })
    .join("");
}
