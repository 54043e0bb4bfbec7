import { closingQuote, requireJsonFits } from "./parse-json.js";

/**
 * Parses JSON, also with the NaN and Infinity that Python's `json.dump` writes and JSON lacks.
 *
 * @throws SyntaxError with the message of JSON.parse
 */
export function parsePythonJson(text: string): unknown {
  requireJsonFits(text);
  try {
    return JSON.parse(text);
  } catch (strictError) {
    // JSON has no NaN. A random number that no file contains stands for it while the text is parsed.
    const marker = -(1 + Math.random()) * 2 ** -1000;
    const withNumbers = replaceWords(text, String(marker));
    if (withNumbers === text) throw strictError;
    let value: unknown;
    try {
      value = JSON.parse(withNumbers);
    } catch {
      throw strictError;
    }
    return replaceMarker(value, marker);
  }
}

/**
 * Replaces the bare words NaN, Infinity and -Infinity by numbers of JSON: `nan`, and a number too large for a double. Returns
 * the same text if it has none of them.
 *
 * @param nan literal of a number; the sign of a NaN is dropped
 */
function replaceWords(text: string, nan: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = closingQuote(text, at);
      continue;
    }
    if (code !== LETTER_N && code !== LETTER_I) continue;
    const isNaNWord = code === LETTER_N;
    const word = isNaNWord ? "NaN" : "Infinity";
    if (!text.startsWith(word, at)) continue;
    const isNegative = at > copied && text.charCodeAt(at - 1) === MINUS;
    const infinity = isNegative ? "-1e999" : "1e999";
    // Spaces separate it from its neighbours: 1NaN and NaN1 stay invalid.
    parts.push(text.slice(copied, isNegative ? at - 1 : at), ` ${isNaNWord ? nan : infinity} `);
    at += word.length - 1;
    copied = at + 1;
  }
  return copied === 0 ? text : parts.join("") + text.slice(copied);
}

/** Puts NaN in the place of each `marker`. The recursion is bounded by the maximum depth of JSON. */
function replaceMarker(value: unknown, marker: number): unknown {
  if (value === marker) return NaN;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const member: unknown = value[i];
      if (member === marker || typeof member === "object") value[i] = replaceMarker(member, marker);
    }
  } else if (typeof value === "object" && value !== null) {
    // JSON.parse defines own properties only, `__proto__` among them.
    const members = value as Record<string, unknown>;
    for (const key in members) {
      const member = members[key];
      if (member === marker || typeof member === "object") members[key] = replaceMarker(member, marker);
    }
  }
  return value;
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const LETTER_I = 0x49;
const LETTER_N = 0x4e;
