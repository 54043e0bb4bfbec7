import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readConfig } from "#src/config.js";
import { DEFAULT_LIMITS, LIMITS } from "#src/model/limits.js";

const doc = readFileSync(fileURLToPath(new URL("../../../docs/limits.md", import.meta.url)), "utf8");

test("docs/limits.md lists exactly the limits, with defaults and reasons", () => {
  const documented = doc.split("\n").filter((line) => line.startsWith("| `RANKSCOPE_"));
  const known = Object.values(LIMITS).map(
    ({ variable, value, unit, reason }) => `| \`${variable}\` | ${value} ${unit} | ${reason} |`,
  );
  expect(documented).toEqual(known);
});

test("the defaults are the documented ones", () => {
  expect(DEFAULT_LIMITS).toMatchObject({
    bodyBytes: 256 * 1024,
    tokens: 2000,
    depth: 12,
    aliases: 30,
    selections: 10_000,
    pageSize: 100,
    requestSeconds: 30,
    statementSeconds: 10,
  });
});

test("each limit is set by its variable, within its bounds", () => {
  for (const [name, { variable, minimum, maximum, value }] of Object.entries(LIMITS)) {
    const limit = (text: string) => readConfig({ [variable]: text }).limits[name as keyof typeof LIMITS];
    expect(limit(String(minimum))).toBe(minimum);
    expect(limit(String(maximum))).toBe(maximum);
    expect(limit("")).toBe(value);
    for (const wrong of [String(minimum - 1), String(maximum + 1), "many", `${minimum}.5`]) {
      expect(() => limit(wrong), `${variable}=${wrong}`).toThrow(variable);
    }
  }
});
