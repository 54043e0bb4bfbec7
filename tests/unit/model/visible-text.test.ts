import fc from "fast-check";
import { expect, test } from "vitest";
import { visibleLine, visibleText } from "#src/model/visible-text.js";

test.each([
  ["an escape sequence", "\u001b[2J", "\\u001b[2J"],
  ["a C1 control that begins one", "\u009b2J", "\\u009b2J"],
  ["a carriage return", "good\rbad", "good\\u000dbad"],
  ["an override of the text's direction", "a\u202eb", "a\\u202eb"],
  ["an isolate of the text's direction", "a\u2066b", "a\\u2066b"],
  ["a character without width", "a\u200bb", "a\\u200bb"],
  ["a tag beyond the basic plane", "a\u{e0041}b", "a\\udb40\\udc41b"],
])("%s is shown as an escape", (_, text, shown) => {
  expect(visibleText(text)).toBe(shown);
  expect(visibleLine(text)).toBe(shown);
});

test("letters, emoji, newlines and tabs of a text stay", () => {
  const text = "Übung 日本語 👩‍🔬\n\tשלום";
  expect(visibleText(text)).toBe(text);
  expect(visibleLine(text)).toBe("Übung 日本語 👩‍🔬\\n\\tשלום");
});

test("JSON stays valid, and has the same value", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(JSON.parse(visibleText(JSON.stringify({ text }, null, 2)))).toEqual({ text });
    }),
  );
});
