import { largest, smallest } from "../model/extremes.js";

/** Words and numbers in plots. */

/** Characters that a plot must not contain: control characters, marks of text direction, unpaired surrogates. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udfff]/gu;

/** Removes characters that would invalidate an SVG or reorder the text around them. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "");
}

/**
 * Returns a unique short form of each name. The middle of a long name is replaced by an ellipsis; equal short forms are
 * numbered.
 *
 * @param maximum characters in a short form, 8 or more
 */
export function shortNames(names: Iterable<string>, maximum = 28): ReadonlyMap<string, string> {
  const short = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of new Set(names)) {
    const plain = shortened(printable(name) || "(no name)", maximum);
    let unique = plain;
    for (let i = 2; taken.has(unique); i++) unique = `${shortened(plain, maximum - 5)} (${i})`;
    taken.add(unique);
    short.set(name, unique);
  }
  return short;
}

/** Replaces the middle of a long name by an ellipsis. Grapheme clusters stay whole. */
export function shortened(name: string, maximum: number): string {
  const characters = charactersOf(name);
  if (characters.length <= maximum) return name;
  const head = Math.ceil((maximum - 1) / 2);
  const tail = maximum - 1 - head;
  return `${characters.slice(0, head).join("")}\u2026${characters.slice(characters.length - tail).join("")}`;
}

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Splits a text into grapheme clusters: the characters that people count. */
export function charactersOf(text: string): string[] {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/[ _]mb$/, "MB"],
  [/[ _]seconds$/, "s"],
  [/[ _]percent$/, "%"],
];

/** Returns the label of a metric, with its unit: `peak memory (MB)` for `peak_memory_mb`. */
export function metricLabel(name: string): string {
  const unit = UNITS.find(([ending]) => ending.test(name));
  const words = (unit === undefined ? name : name.replace(unit[0], "")).replaceAll("_", " ");
  const label = printable(shortened(words, 48));
  return unit === undefined ? label : `${label} (${unit[1]})`;
}

const FIGURES = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const LARGE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Formats a number with four significant digits, or as an integer from 1,000. */
export function figure(value: number): string {
  return (Math.abs(value) < 1000 ? FIGURES : LARGE).format(value);
}

/** Capitalizes the first letter of a text. */
export function capital(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length);
}

/** Formats a number with its noun: `1 run`, `3 runs`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** Formats the number of runs of the marks: `n = 1`, `n = 1 to 3`. */
export function sampleSizes(marks: readonly { readonly n: number }[]): string {
  const sizes = marks.map(({ n }) => n);
  const minimum = smallest(sizes);
  const maximum = largest(sizes);
  return minimum === maximum ? `n = ${minimum}` : `n = ${minimum} to ${maximum}`;
}

/** Explains the whiskers, or why there are none. */
export function whiskers(marks: readonly { readonly low: number | null }[], confidence: number): string {
  return marks.some(({ low }) => low !== null)
    ? `whiskers: ${figure(confidence * 100)} % interval`
    : "no intervals: one value each";
}
