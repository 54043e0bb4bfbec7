import { MAX_INTEGER_DIGITS, MAX_NUMBER_CHARACTERS, MAX_PICKLE_ESCAPED_CHARACTERS } from "../limits.js";
import type { PickleRefusal } from "./pickle-refusal.js";

/** Parses the decimal digits of INT and LONG, with LONG's closing `L`. */
export function integerOfText(text: string, refusal: PickleRefusal): number | bigint {
  if (text.length > MAX_INTEGER_DIGITS || !/^[+-]?\d+L?$/.test(text)) {
    throw refusal.invalid("an invalid integer", `at most ${MAX_INTEGER_DIGITS} decimal digits`);
  }
  return numberWhereSafe(BigInt(text.replace(/^\+|L$/g, "")));
}

/** Parses LONG1 and LONG4: little-endian two's complement. No bytes mean 0. */
export function integerOfBytes(bytes: Uint8Array, refusal: PickleRefusal): number | bigint {
  if (bytes.length > MAX_INTEGER_DIGITS) {
    throw refusal.invalid(`an integer of ${bytes.length} bytes`, `at most ${MAX_INTEGER_DIGITS} bytes`);
  }
  if (bytes.length === 0) return 0;
  const unsigned = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  return numberWhereSafe(BigInt.asIntN(bytes.length * 8, unsigned));
}

/** Returns a number if it is a safe integer, else the bigint. */
export function numberWhereSafe(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Parses FLOAT, as Python's repr prints it. */
export function floatOfText(text: string, refusal: PickleRefusal): number {
  const named = { nan: NaN, inf: Infinity, "-inf": -Infinity }[text.toLowerCase()];
  if (named !== undefined) return named;
  const isShort = text.length <= MAX_NUMBER_CHARACTERS;
  if (!isShort || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw refusal.invalid("an invalid float");
  return Number(text);
}

/** Decodes UNICODE: Latin-1 with `\uXXXX` and `\UXXXXXXXX` (Python's raw-unicode-escape). */
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
  if (/\p{Surrogate}/u.test(decoded)) throw refusal.invalid("text with a lone surrogate");
  return decoded;
}

const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ "\\": "\\", "'": "'", '"': '"', n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v" }),
);

/** Decodes STRING, as Python 2's repr prints it with quotes. */
export function textOfRepr(text: string, refusal: PickleRefusal): string {
  requireShort(text, refusal);
  if (!isQuoted(text)) throw refusal.invalid("a string without its quotes");
  return text
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (escape: string, hex?: string, letter?: string) =>
      hex === undefined ? (ESCAPES.get(letter ?? "") ?? escape) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
}

/** Returns whether the text ends with its opening quote. A regular expression would overflow its stack for some megabytes. */
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
