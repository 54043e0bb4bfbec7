import { closingQuote } from "./closing-quote.js";

/**
 * A JSON text with the bare words NaN, Infinity and -Infinity, which Python writes, as numbers that JSON has: `nan` for the
 * first, and a number too large for a double for the others. The same text where it has none of them.
 *
 * @param nan a number's literal; a minus before a NaN says nothing and is left out
 */
export function wordsAsNumbers(text: string, nan: string): string {
  const parts: string[] = [];
  let taken = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = closingQuote(text, at);
    else if (code === N || code === I) {
      const word = code === N ? "NaN" : "Infinity";
      if (!text.startsWith(word, at)) continue;
      const isNegative = at > taken && text.charCodeAt(at - 1) === MINUS;
      const number = code === N ? nan : isNegative ? "-1e999" : "1e999";
      // Spaces keep it apart from what stands beside it: 1NaN and NaN1 stay no JSON.
      parts.push(text.slice(taken, isNegative ? at - 1 : at), ` ${number} `);
      at += word.length - 1;
      taken = at + 1;
    }
  }
  return taken === 0 ? text : parts.join("") + text.slice(taken);
}

const [QUOTE, MINUS, I, N] = [0x22, 0x2d, 0x49, 0x4e];
