import type { Screen } from "./screen.js";

const LEVELS = { unicode: "▁▂▃▄▅▆▇█", ascii: ".:-=+*%#" };

/** Least and greatest finite value; undefined where there is none. */
export interface Range {
  readonly least: number;
  readonly greatest: number;
}

/** The range of several curves together, for drawing them on one scale. */
export function rangeOf(curves: readonly (readonly (number | null)[])[]): Range | undefined {
  const values = curves.flat().filter((value): value is number => value !== null && Number.isFinite(value));
  if (values.length === 0) return undefined;
  return values.reduce<Range>(
    ({ least, greatest }, value) => ({ least: Math.min(least, value), greatest: Math.max(greatest, value) }),
    { least: Infinity, greatest: -Infinity },
  );
}

/**
 * A curve as one character a value, from the least of `range` to its greatest; a blank where there is no value. All values
 * equal are drawn at the lowest level.
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
      const share = range.greatest === range.least ? 0 : (value - range.least) / (range.greatest - range.least);
      const level = Math.min(levels.length - 1, Math.max(0, Math.floor(share * levels.length)));
      return levels.charAt(level);
    })
    .join("");
}
