import { describe, expect, test } from "vitest";
import { resolveRoles } from "#src/derive/runs/resolve-roles.js";
import type { ComparisonRoles, Run } from "#src/derive/runs/comparison-roles.js";
import { runs } from "../../../support/runs.js";

const names = (all: readonly Run[], roles: ComparisonRoles | undefined) => {
  const of = (ids: ReadonlySet<string> | undefined) => all.filter(({ id }) => ids?.has(id)).map(({ name }) => name);
  return { baseline: of(roles?.baseline.runs), candidate: of(roles?.candidate.runs) };
};

const sweep = runs([
  ["16bit", 16, 8, {}],
  ["8bit", 8, 8, {}],
  ["4bit", 4, 8, {}],
]);

describe("inferred roles", () => {
  test("are the most and the fewest bits; configurations between are named as left out", () => {
    const roles = resolveRoles(sweep);
    expect(names(sweep, roles)).toEqual({ baseline: ["16bit_r8"], candidate: ["4bit_r8"] });
    expect(roles?.because).toBe(
      "16bit has the most bits per base weight (16) and 4bit the fewest (4). Left out: 8bit.",
    );
  });

  test("use plain LoRA among several methods, together with runs of unknown method", () => {
    const all = runs([
      ["16bit", 16, 8, {}],
      ["16bit", 16, 8, {}, { method: "DORA", name: "dora" }],
      ["16bit", 16, 8, {}, { method: "UNKNOWN", name: "unknown" }],
      ["4bit", 4, 8, {}],
      ["4bit", 4, 8, {}, { method: "QDORA", name: "qdora" }],
    ]);
    const roles = resolveRoles(all);
    expect(names(all, roles)).toEqual({ baseline: ["16bit_r8", "unknown"], candidate: ["4bit_r8"] });
    expect(roles?.because).toContain("Left out: 16bit DORA, 4bit QDORA.");
  });

  test("are LoRA and the only other method for equal bits", () => {
    const all = runs([
      ["16bit", 16, 8, {}],
      ["16bit", 16, 8, {}, { method: "DORA", name: "dora" }],
    ]);
    expect(names(all, resolveRoles(all))).toEqual({ baseline: ["16bit_r8"], candidate: ["dora"] });
  });

  test("are undefined if no two configurations differ", () => {
    expect(resolveRoles(runs([["16bit", 16, 8, {}]]))).toBeUndefined();
    expect(
      resolveRoles(
        runs([
          ["a", null, 8, {}],
          ["b", null, 8, {}],
        ]),
      ),
    ).toBeUndefined();
    expect(resolveRoles([])).toBeUndefined();
  });
});

describe("requested roles", () => {
  test("are selected by label, by method and by run", () => {
    const both = { baseline: { quantization: "16bit" }, candidate: { quantization: "8bit" } };
    expect(names(sweep, resolveRoles(sweep, both))).toEqual({ baseline: ["16bit_r8"], candidate: ["8bit_r8"] });
    const byMethod = resolveRoles(sweep, { candidate: { method: "LORA", quantization: "8bit" } });
    expect(names(sweep, byMethod)).toEqual({ baseline: ["16bit_r8"], candidate: ["8bit_r8"] });
    const byRun = resolveRoles(sweep, { baseline: { experiments: [sweep[1]?.id ?? ""] } });
    expect(names(sweep, byRun)).toEqual({ baseline: ["8bit_r8"], candidate: ["4bit_r8"] });
    expect(byRun?.because).toBe(
      "The baseline was requested. Of the other runs, 4bit has the fewest bits per base weight (4).",
    );
  });

  test("are undefined if they are empty or overlap", () => {
    expect(resolveRoles(sweep, { baseline: { quantization: "2bit" } })).toBeUndefined();
    expect(resolveRoles(sweep, { baseline: { quantization: "4bit" }, candidate: { method: "QLORA" } })).toBeUndefined();
  });

  test("are inferred for an empty selection", () => {
    expect(resolveRoles(sweep, { baseline: {}, candidate: null })).toEqual(resolveRoles(sweep));
  });
});

describe("roles requested by settings", () => {
  const rates = new Map([
    ["16bit_r8", 1e-4],
    ["8bit_r8", 2e-4],
    ["4bit_r8", 2e-4],
  ]);
  const meets = ({ name }: Run, { gte, lt }: { gte?: number | null | undefined; lt?: number | null | undefined }) => {
    const rate = rates.get(name) ?? NaN;
    return (gte == null || rate >= gte) && (lt == null || rate < lt);
  };

  test("are the runs that meet every condition, and named by them", () => {
    const candidate = { quantization: "4bit", config: [{ field: "learning_rate", gte: 2e-4 }] };
    const baseline = { config: [{ field: "learning_rate", lt: 2e-4 }] };
    const roles = resolveRoles(sweep, { baseline, candidate }, meets);
    expect(names(sweep, roles)).toEqual({ baseline: ["16bit_r8"], candidate: ["4bit_r8"] });
    expect(roles?.baseline.name).toBe("learning_rate < 0.0002");
    expect(roles?.candidate.name).toBe("4bit learning_rate >= 0.0002");
  });

  test("are undefined if they have a run in common", () => {
    const either = { config: [{ field: "learning_rate", gte: 0 }] };
    expect(resolveRoles(sweep, { baseline: either, candidate: either }, meets)).toBeUndefined();
  });
});
