import { requireJsonFits } from "./require-json-fits.js";
import { wordsAsNumbers } from "./words-as-numbers.js";

/**
 * The value of a JSON text, also of one with the NaN and Infinity that Python's `json.dump` writes and JSON lacks.
 * @throws SyntaxError where it is neither; the message is JSON.parse's
 */
export function parseTolerantJson(text: string): unknown {
  requireJsonFits(text);
  try {
    return JSON.parse(text);
  } catch (strict) {
    // No number of JSON's is NaN: one that nobody else writes stands for it until the text has been read.
    const mark = -(1 + Math.random()) * 2 ** -1000;
    const numbers = wordsAsNumbers(text, String(mark));
    if (numbers === text) throw strict;
    let value: unknown;
    try {
      value = JSON.parse(numbers);
    } catch {
      throw strict;
    }
    return withNaN(value, mark);
  }
}

/** `value` with NaN in place of each `mark`. It is no deeper than JSON may be. */
function withNaN(value: unknown, mark: number): unknown {
  if (value === mark) return NaN;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const member: unknown = value[i];
      if (member === mark || typeof member === "object") value[i] = withNaN(member, mark);
    }
  } else if (typeof value === "object" && value !== null) {
    // All are its own, `__proto__` too: JSON.parse defines what it reads.
    const members = value as Record<string, unknown>;
    for (const key in members) {
      const member = members[key];
      if (member === mark || typeof member === "object") members[key] = withNaN(member, mark);
    }
  }
  return value;
}
