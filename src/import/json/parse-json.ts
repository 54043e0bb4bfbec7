import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from "../limits.js";
import { closingQuote } from "./closing-quote.js";

/** Parses a JSON text of bounded size and depth. @throws SyntaxError */
export function parseJson(text: string): unknown {
  requireJsonFits(text);
  return JSON.parse(text);
}

/**
 * Checks the number of values and levels before they are parsed into memory: two bytes of text can become an object of fifty.
 * Only brackets, commas and strings are looked at.
 *
 * @throws SyntaxError, as JSON.parse does for an invalid text
 */
export function requireJsonFits(text: string): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = closingQuote(text, at);
        break;
      case OPENING_BRACE:
      case OPENING_BRACKET:
        depth += 1;
        values += 1;
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
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
