import JSON5 from "json5";
import { parseJson } from "./parse-json.js";

/**
 * The value of a JSON text, also of one with the NaN and Infinity that Python's `json.dump` writes and JSON lacks.
 * @throws SyntaxError where it is neither; the message is JSON.parse's
 */
export function parseTolerantJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch (strict) {
    // JSON5 is slower and would also take comments and single quotes: it is for these tokens only.
    if (!/\b(?:NaN|Infinity)\b/.test(text)) throw strict;
    try {
      return JSON5.parse(text);
    } catch {
      throw strict;
    }
  }
}
