import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RankscopeError } from "#src/errors.js";
import { modulePattern } from "#src/import/adapter/module-pattern.js";

test("a key fits a module of its name, and any path that ends with it after a dot", () => {
  const fits = modulePattern("attn.c_attn");
  expect(fits("attn.c_attn")).toBe(true);
  expect(fits("transformer.h.1.attn.c_attn")).toBe(true);
  expect(fits("transformer.h.1.my_attn.c_attn")).toBe(false);
  expect(fits("attn.c_attn.more")).toBe(false);
});

test("an anchored key fits the whole path only", () => {
  const fits = modulePattern("^h\\.1\\.c_attn");
  expect(fits("h.1.c_attn")).toBe(true);
  expect(fits("transformer.h.1.c_attn")).toBe(false);
});

/** Pieces of which keys are built; the oracle is RegExp, which reads them as Python does. */
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

test("every key that is taken fits what the regular expression ^(.*\\.)?(key)$ fits", () => {
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

test("expressions that take RegExp exponential time are answered at once", () => {
  const module = `${"a".repeat(900)}.`;
  const begin = performance.now();
  for (const source of ["(a+)+b", "(a|a)*b", ".*.*.*.*.*.*.*.*b", "((a|a)(a|a)){50}b"])
    expect(modulePattern(source)(module)).toBe(false);
  expect(performance.now() - begin).toBeLessThan(5000);
});

describe("what is not understood is refused by name, for the scaling would be wrong", () => {
  const groups = ["(", ")", "a)|(b", "(?=a)", "(?P<n>a)"];
  const quantifiers = ["*a", "a**", "a++", "^*", "a{", "a{,}", "a{3,1}", "a{101}", "((a+)+)+"];
  const others = ["\\1", "\\b", "\\", "[", "[]a]", "[z-a]"];
  test.each([...groups, ...quantifiers, ...others])("%s", (source) => {
    expect(() => modulePattern(source)).toThrow(expect.objectContaining({ code: "ADAPTER_CONFIG_INVALID" }) as Error);
  });

  test("a key longer than any module path", () => {
    expect(() => modulePattern(`${"a".repeat(1000)}*`)).toThrow(/1001 characters/);
  });
});
