/** The spellings of values in the pickle protocols' text opcodes and of long integers. */
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
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw refusal.invalid("a float that is none");
  return Number(text);
}

/** UNICODE: Latin-1 with `\uXXXX` and `\UXXXXXXXX` (Python's raw-unicode-escape). */
export function textOfRawUnicode(text: string, refusal: PickleRefusal): string {
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
  const inner = /^'((?:[^'\\]|\\.)*)'$/s.exec(text)?.[1] ?? /^"((?:[^"\\]|\\.)*)"$/s.exec(text)?.[1];
  if (inner === undefined) throw refusal.invalid("a string without its quotes");
  return inner.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (escape: string, hex?: string, letter?: string) =>
    hex === undefined ? (ESCAPES.get(letter ?? "") ?? escape) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
