import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RankscopeError } from "#src/errors.js";
import { modulePattern } from "#src/import/adapter/module-pattern.js";

test("a key matches a module of its name, and any path that ends with it after a dot", () => {
  const fits = modulePattern("attn.c_attn");
  expect(fits("attn.c_attn")).toBe(true);
  expect(fits("transformer.h.1.attn.c_attn")).toBe(true);
  expect(fits("transformer.h.1.my_attn.c_attn")).toBe(false);
  expect(fits("attn.c_attn.more")).toBe(false);
});

test("an anchored key matches the whole path only", () => {
  const fits = modulePattern("^h\\.1\\.c_attn");
  expect(fits("h.1.c_attn")).toBe(true);
  expect(fits("transformer.h.1.c_attn")).toBe(false);
});

/** Pieces of keys. The oracle is RegExp, which reads them as Python does. */
const pieces = ["a", "b", ".", "\\.", "\\d", "\\w", "[ab]", "[^a.]", "[0-3]", "^", "$", "1"];
const key = fc.letrec<{ key: string; atom: string; part: string }>((tie) => ({
  atom: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    tie("key").map((inside) => `(${inside})`),
  ),
  part: fc
    .tuple(tie("atom"), fc.constantFrom("", "", "", "*", "+", "?", "*?", "{2}", "{1,3}", "{1,}"))
    .map(([atom, sign]) => atom + sign),
  key: fc.oneof(
    { maxDepth: 3 },
    fc.array(tie("part"), { maxLength: 4 }).map((parts) => parts.join("")),
    fc.tuple(tie("key"), tie("key")).map((sides) => sides.join("|")),
  ),
})).key;
const path = fc.array(fc.constantFrom("a", "b", ".", "1", "2", "c"), { maxLength: 12 }).map((parts) => parts.join(""));

test("every accepted key matches what the regular expression ^(.*\\.)?(key)$ matches", () => {
  let taken = 0;
  fc.assert(
    fc.property(key, path, (source, module) => {
      let fits;
      try {
        fits = modulePattern(source);
      } catch (error) {
        expect(error).toBeInstanceOf(RankscopeError);
        return;
      }
      taken += 1;
      expect(fits(module)).toBe(new RegExp(`^(.*\\.)?(${source})$`).test(module));
    }),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(1500);
});

test("expressions that take RegExp exponential time are matched in linear time", () => {
  const module = `${"a".repeat(900)}.`;
  for (const source of ["(a+)+b", "(a|a)*b", ".*.*.*.*.*.*.*.*b", "((a|a)(a|a)){50}b"])
    expect(modulePattern(source)(module)).toBe(false);
  // Exponential time would take years, so the time limit of the test is the assertion.
});

interface PythonPatterns {
  readonly modules: readonly string[];
  /** Valid in Python, but missing in RE2 or read differently by it. */
  readonly refused: readonly string[];
  /** `matches` has one digit per module, 1 for a match; it is "error" if Python refuses the key. */
  readonly keys: readonly { readonly key: string; readonly matches: string }[];
}
const python = JSON.parse(readFileSync(new URL("python-patterns.json", import.meta.url), "utf8")) as PythonPatterns;

const invalidConfig = expect.objectContaining({ code: "ADAPTER_CONFIG_INVALID" }) as Error;

test("every key matches the modules that Python's re matches, and a key that Python rejects is rejected", () => {
  const matchesOf = (key: string): string => {
    try {
      const matches = modulePattern(key);
      return python.modules.map((module) => (matches(module) ? "1" : "0")).join("");
    } catch (error) {
      expect(error).toMatchObject({ code: "ADAPTER_CONFIG_INVALID" });
      return "error";
    }
  };
  expect(python.keys.map(({ key }) => ({ key, matches: matchesOf(key) }))).toEqual(python.keys);
});

describe("a key that cannot be evaluated is rejected with its name, because the scaling would be wrong", () => {
  const groups = ["(", ")", "a)|(b", "(?=a)"];
  const quantifiers = ["*a", "a**", "a++", "^*", "a{,}", "a{3,1}", "a{1001}"];
  const others = ["\\1", "\\", "[", "[z-a]"];
  test.each([...groups, ...quantifiers, ...others, ...python.refused])("%s", (source) => {
    expect(() => modulePattern(source)).toThrow(invalidConfig);
  });

  test("a key that is longer than any module path", () => {
    expect(() => modulePattern(`${"a".repeat(1000)}*`)).toThrow(/1001 characters/);
  });

  test("a class that Python extends to Unicode, matched against a name beyond ASCII", () => {
    const matches = modulePattern("h\\.\\w+");
    expect(matches("h.attn")).toBe(true);
    expect(() => matches("h.\u00e9")).toThrow(invalidConfig);
  });
});
