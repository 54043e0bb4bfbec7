import { closingQuote } from "./closing-quote.js";
import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from "../limits.js";

/**
 * Asserts, before anything is made of it, that a JSON text has no more values and levels than memory should hold: two bytes
 * of text can become an object of fifty. Only brackets, commas and strings are looked at.
 * @throws SyntaxError, as JSON.parse does for a text that is none
 */
export function requireJsonFits(text: string): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = closingQuote(text, at);
        break;
      case BRACE:
      case BRACKET:
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

const [QUOTE, COMMA, BRACKET, CLOSING_BRACKET, BRACE, CLOSING_BRACE] = [0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];
