import { describe, expect, test } from "vitest";
import { judgeHypotheses } from "#src/derive/hypotheses/judge-hypotheses.js";
import type { Run } from "#src/derive/runs/comparison-roles.js";
import { inferRoles } from "#src/derive/runs/resolve-roles.js";
import { runPairsAt } from "#src/derive/runs/run-pairs.js";
import type { RunSettings } from "#src/derive/runs/run-settings.js";
import { evidenceOf, RULE, settingsOf } from "../../../support/evidence.js";
import { runs } from "../../../support/runs.js";

/** Three seeds a side at r = 8, named 16bit_s1 to 4bit_s3. */
const SEEDS = (["16bit", "4bit"] as const).flatMap((label) =>
  runs(
    [1, 2, 3].map((seed) => [
      label,
      label === "4bit" ? 4 : 16,
      8,
      { training_loss: 2 + seed / 10 },
      { seed, name: `${label}_s${seed}`, id: `${label} ${seed}` },
    ]),
  ),
);

function confound(kind: string, all: readonly Run[], changes: Readonly<Record<string, Partial<RunSettings>>>) {
  const settings = new Map(all.map((run) => settingsOf(run, changes[run.name] ?? {})));
  const h3 = judgeHypotheses(evidenceOf(all, { settings }), RULE).find(({ id }) => id === "H3");
  return h3?.confounds.filter((found) => found.kind === kind) ?? [];
}

describe("settings that differ between baseline and candidate", () => {
  test("are found in every pair of seeds, and the message counts and names the pairs", () => {
    expect(confound("UNEQUAL_STEPS", SEEDS, { "4bit_s3": { steps: 500 } })).toEqual([
      {
        kind: "UNEQUAL_STEPS",
        severity: "HIGH",
        ranks: [8],
        message:
          "The runs were trained for different numbers of steps: 1000 and 500 in 1 of 3 pairs of runs at r = 8 " +
          "(16bit_s3 and 4bit_s3).",
      },
    ]);
  });

  test("in all pairs are counted, and several differences are one finding", () => {
    const halved = { steps: 500 };
    const [all] = confound("UNEQUAL_STEPS", SEEDS, { "4bit_s1": halved, "4bit_s2": halved, "4bit_s3": halved });
    expect(all?.message).toContain("1000 and 500 in all 3 pairs of runs.");
    const several = confound("UNEQUAL_STEPS", SEEDS, { "4bit_s1": halved, "4bit_s2": { steps: 400 } });
    expect(several).toHaveLength(1);
    expect(several[0]?.message).toMatch(/1000 and 500 in 1 of 3 pairs .*; 1000 and 400 in 1 of 3 pairs/);
  });

  test("of a single run on either side are found, although the other side has no run of its seed", () => {
    const unpaired = SEEDS.filter(({ name }) => name !== "4bit_s3");
    const [found] = confound("UNEQUAL_STEPS", unpaired, { "16bit_s3": { steps: 500 } });
    expect(found?.message).toContain("500 and 1000 in 1 of 3 pairs of runs at r = 8 (16bit_s3 and 4bit_s1)");
  });

  test("that concern single runs name every run", () => {
    const changed = { adapter: { ...settingsOf(SEEDS[0] as Run)[1].adapter, initLoraWeights: "pissa" } as never };
    const settings = new Map(SEEDS.map((run) => settingsOf(run, run.name === "4bit_s2" ? changed : {})));
    const h1 = judgeHypotheses(evidenceOf(SEEDS, { settings }), RULE).find(({ id }) => id === "H1");
    const found = h1?.confounds.filter(({ kind }) => kind === "BASE_WEIGHTS_CHANGED") ?? [];
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ ranks: [8], message: expect.stringContaining("(4bit_s2: pissa)") as string });
  });
});

test("a setting that differs among seeds is found although it is unknown for the first run", () => {
  const found = confound("MIXED_CONFIGURATIONS", SEEDS, {
    "16bit_s1": { numSamples: null },
    "16bit_s3": { numSamples: 10 },
  });
  expect(found[0]?.message).toContain("r = 8: numSamples");
});

describe("pairs of runs whose settings are compared", () => {
  const pairs = (all: readonly Run[]) => {
    const roles = inferRoles(all);
    if (roles === undefined) throw new Error("no roles");
    return runPairsAt(all, roles, 8).map(({ baseline, candidate }) => [baseline.seed, candidate.seed]);
  };
  const study = (baselines: readonly (number | null)[], candidates: readonly (number | null)[]) =>
    runs([
      ...baselines.map((seed) => ["16bit", 16, 8, {}, { seed }] as const),
      ...candidates.map((seed) => ["4bit", 4, 8, {}, { seed }] as const),
    ]);

  test.each([
    ["equal seeds", [2, 1], [1, 2], [[1, 1], [2, 2]]], // prettier-ignore
    ["a seed without a partner", [1, 2, 3], [1, 2], [[1, 1], [2, 2], [3, 1]]], // prettier-ignore
    ["other seeds on each side", [1, 2, 3], [7, 8], [[1, 7], [2, 8], [3, 7]]], // prettier-ignore
    ["a seed with two runs", [1, 1], [1], [[1, 1], [1, 1]]], // prettier-ignore
    ["unknown seeds", [null, null], [null], [[null, null], [null, null]]], // prettier-ignore
    ["a single candidate of many", [1, 2], [2, 9], [[2, 2], [1, 9]]], // prettier-ignore
  ])("contain every run: %s", (_, baselines, candidates, expected) => {
    expect(pairs(study(baselines, candidates))).toEqual(expected);
  });
});
