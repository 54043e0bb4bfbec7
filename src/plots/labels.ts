/** Words and numbers as pictures write them. */

/** What has no place in a picture's text: control characters, marks that turn the direction of text, halves of pairs. */
const NO_TEXT = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udfff]/gu;

/** A name or sentence without what would break an SVG or scramble the text around it. */
export function printable(text: string): string {
  return text.replace(NO_TEXT, "");
}

/**
 * A short form of each name, no two alike: too long ones lose their middle, and where that makes two alike they are
 * numbered.
 *
 * @param most characters, 8 or more
 */
export function shortNames(names: Iterable<string>, most = 28): ReadonlyMap<string, string> {
  const short = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of new Set(names)) {
    const plain = shortened(printable(name) || "(no name)", most);
    let unique = plain;
    for (let i = 2; taken.has(unique); i++) unique = `${shortened(plain, most - 5)} (${i})`;
    taken.add(unique);
    short.set(name, unique);
  }
  return short;
}

/** `name` with its middle left out where it is too long; characters are never halved. */
export function shortened(name: string, most: number): string {
  const characters = charactersOf(name);
  if (characters.length <= most) return name;
  const head = Math.ceil((most - 1) / 2);
  return `${characters.slice(0, head).join("")}\u2026${characters.slice(characters.length - (most - 1 - head)).join("")}`;
}

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A text as what people count as its characters. */
export function charactersOf(text: string): string[] {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/[ _]mb$/, "MB"],
  [/[ _]seconds$/, "s"],
  [/[ _]percent$/, "%"],
];

/** A metric's name for people, with its unit: `peak_memory_mb` is `peak memory (MB)`. */
export function metricLabel(name: string): string {
  const unit = UNITS.find(([ending]) => ending.test(name));
  const words = (unit === undefined ? name : name.replace(unit[0], "")).replaceAll("_", " ");
  const label = printable(shortened(words, 48));
  return unit === undefined ? label : `${label} (${unit[1]})`;
}

const FIGURES = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const LARGE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A number to four significant digits; a larger one to its last whole digit. */
export function figure(value: number): string {
  return (Math.abs(value) < 1000 ? FIGURES : LARGE).format(value);
}

/** A sentence's beginning. */
export function capital(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length);
}

/** `1 run`, `3 runs`; `plural` where it is not the noun with an s. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** How many runs stand behind each mark: `n = 1`, `n = 1 to 3`. */
export function sampleSizes(marks: readonly { readonly n: number }[]): string {
  const sizes = marks.map(({ n }) => n);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return least === most ? `n = ${least}` : `n = ${least} to ${most}`;
}

/** What whiskers are, or why there are none. */
export function whiskers(marks: readonly { readonly low: number | null }[], confidence: number): string {
  return marks.some(({ low }) => low !== null)
    ? `whiskers: ${figure(confidence * 100)} % interval`
    : "one value each: no intervals";
}
