import { MAX_JSON_CONTAINERS, MAX_JSON_DEPTH, MAX_JSON_VALUES } from "../limits.js";

/** Parses a JSON text of bounded size and depth. @throws SyntaxError */
export function parseJson(text: string): unknown {
  requireJsonFits(text);
  return JSON.parse(text);
}

/**
 * Checks the number of values, objects, arrays and levels before they are parsed into memory: two bytes of text can become an
 * object of fifty. Only brackets, commas and strings are looked at.
 *
 * @throws SyntaxError, as JSON.parse does for an invalid text
 */
export function requireJsonFits(text: string): void {
  let depth = 0;
  let values = 1;
  let containers = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = closingQuote(text, at);
        break;
      case OPENING_BRACE:
      case OPENING_BRACKET:
        depth += 1;
        values += 1;
        containers += 1;
        break;
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        depth -= 1;
        break;
      case COMMA:
        values += 1;
    }
    if (depth > MAX_JSON_DEPTH) throw new SyntaxError(`JSON nested more than ${MAX_JSON_DEPTH} levels deep`);
    if (values > MAX_JSON_VALUES) throw new SyntaxError(`JSON of more than ${MAX_JSON_VALUES} values`);
    if (containers > MAX_JSON_CONTAINERS) {
      throw new SyntaxError(`JSON of more than ${MAX_JSON_CONTAINERS} objects and arrays`);
    }
  }
}

/** Returns the index of the quote that ends the JSON string opened at `opening`; the text's length if it does not end. */
export function closingQuote(text: string, opening: number): number {
  let at = opening + 1;
  for (;;) {
    at = text.indexOf('"', at);
    if (at === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
    at += 1;
  }
}

/**
 * Returns the first key that an object of a JSON text has twice; undefined if there is none. The text must be valid JSON:
 * only strings and brackets are looked at. A regular expression would overflow its stack for a key of some megabytes.
 */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case "{":
        open.push(new Set());
        break;
      case "[":
        open.push(undefined);
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case '"': {
        const end = closingQuote(json, at);
        const keys = open.at(-1);
        if (keys !== undefined && json[skipSpace(json, end + 1)] === ":") {
          const key = JSON.parse(json.slice(at, end + 1)) as string;
          if (keys.has(key)) return key;
          keys.add(key);
        }
        at = end;
      }
    }
  }
  return undefined;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (at < json.length && " \t\n\r".includes(json.charAt(at))) at++;
  return at;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const BACKSLASH = 0x5c;
