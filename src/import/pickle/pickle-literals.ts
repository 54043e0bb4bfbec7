/** The spellings of values in the pickle protocols' text opcodes and of long integers. */
import { MAX_NUMBER_CHARACTERS, MAX_PICKLE_ESCAPED_CHARACTERS } from "../limits.js";
import type { PickleRefusal } from "./pickle-refusal.js";

/** Python itself stops at 4300 digits; no metric, step or seed comes near, and BigInt's parsing is quadratic. */
const MAX_INTEGER_DIGITS = 1000;

/** INT and LONG: decimal digits, with LONG's closing `L`. */
export function integerOfText(text: string, refusal: PickleRefusal): number | bigint {
  if (text.length > MAX_INTEGER_DIGITS || !/^[+-]?\d+L?$/.test(text)) {
    throw refusal.invalid("an integer that is none", `at most ${MAX_INTEGER_DIGITS} decimal digits`);
  }
  return numberWhereSafe(BigInt(text.replace(/^\+|L$/g, "")));
}

/** LONG1 and LONG4: two's complement, little-endian; no bytes are 0. */
export function integerOfBytes(bytes: Uint8Array, refusal: PickleRefusal): number | bigint {
  if (bytes.length > MAX_INTEGER_DIGITS) {
    throw refusal.invalid(`an integer of ${bytes.length} bytes`, `at most ${MAX_INTEGER_DIGITS} bytes`);
  }
  if (bytes.length === 0) return 0;
  const unsigned = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  return numberWhereSafe(BigInt.asIntN(bytes.length * 8, unsigned));
}

export function numberWhereSafe(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** FLOAT: what Python's repr prints. */
export function floatOfText(text: string, refusal: PickleRefusal): number {
  const named = { nan: NaN, inf: Infinity, "-inf": -Infinity }[text.toLowerCase()];
  if (named !== undefined) return named;
  const isShort = text.length <= MAX_NUMBER_CHARACTERS;
  if (!isShort || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw refusal.invalid("a float that is none");
  return Number(text);
}

/** UNICODE: Latin-1 with `\uXXXX` and `\UXXXXXXXX` (Python's raw-unicode-escape). */
export function textOfRawUnicode(text: string, refusal: PickleRefusal): string {
  requireShort(text, refusal);
  const decoded = text.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g,
    (escape, short?: string, long?: string) => {
      const point = Number.parseInt(short ?? long ?? "", 16);
      if (point > 0x10ffff) throw refusal.invalid(`the character ${escape}`);
      return String.fromCodePoint(point);
    },
  );
  if (/\p{Surrogate}/u.test(decoded)) throw refusal.invalid("text with half a character (a lone surrogate)");
  return decoded;
}

const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ "\\": "\\", "'": "'", '"': '"', n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v" }),
);

/** STRING: what Python 2's repr prints, in its quotes. */
export function textOfRepr(text: string, refusal: PickleRefusal): string {
  requireShort(text, refusal);
  if (!isQuoted(text)) throw refusal.invalid("a string without its quotes");
  return text
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (escape: string, hex?: string, letter?: string) =>
      hex === undefined ? (ESCAPES.get(letter ?? "") ?? escape) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
}

/** Whether the text ends at the quote that it begins with. No expression: one of some megabytes would overflow its stack. */
function isQuoted(text: string): boolean {
  const quote = text[0];
  if (quote !== "'" && quote !== '"') return false;
  let at = 1;
  while (at < text.length && text[at] !== quote) at += text[at] === "\\" ? 2 : 1;
  return at === text.length - 1;
}

function requireShort(text: string, refusal: PickleRefusal): void {
  if (text.length <= MAX_PICKLE_ESCAPED_CHARACTERS) return;
  throw refusal.invalid(`text of ${text.length} characters`, `${MAX_PICKLE_ESCAPED_CHARACTERS} characters`);
}
