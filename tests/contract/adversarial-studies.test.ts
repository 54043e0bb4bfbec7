/**
 * Made-up studies that invite a wrong conclusion. The right answer of each was written down before the code ran; its comment says
 * why it is right.
 */
import { describe, expect, test } from "vitest";
import { degradation, degradationByRank } from "#src/derive/degradation/degradation.js";
import { rankStates } from "#src/derive/degradation/rank-states.js";
import { detectFailureModes } from "#src/derive/failure-modes/failure-modes.js";
import { judgeHypotheses } from "#src/derive/hypotheses/judge-hypotheses.js";
import { higherIsBetter } from "#src/derive/runs/metric-direction.js";
import type { Run } from "#src/derive/runs/comparison-roles.js";
import { inferRoles } from "#src/derive/runs/resolve-roles.js";
import { recommend } from "#src/derive/tradeoffs/recommend.js";
import { countedPairs } from "#src/derive/similarity/pair-statistics.js";
import { rankSimilarity } from "#src/derive/similarity/rank-similarity.js";
import { evidenceOf, RULE, settingsOf, similar } from "../support/evidence.js";
import { runs } from "../support/runs.js";

const LOSS = { metric: "training_loss", thresholdPercent: 5, twoSided: false, higherIsBetter: false };

/** Values of baseline and candidate by rank; seeds are 1, 2, ... unless `rest` overrides them. */
type Sweep = Readonly<Record<number, readonly [readonly number[], readonly number[]]>>;

function sweep(values: Sweep, metric = "training_loss", rest: (i: number, bits: number) => Partial<Run> = () => ({})) {
  return runs(
    Object.entries(values).flatMap(([r, [baselines, candidates]]) => [
      ...baselines.map((value, i) => row("16bit", 16, Number(r), metric, value, { seed: i + 1, ...rest(i, 16) })),
      ...candidates.map((value, i) => row("4bit", 4, Number(r), metric, value, { seed: i + 1, ...rest(i, 4) })),
    ]),
  );
}

const row = (label: string, bits: number, r: number, metric: string, value: number, rest: Partial<Run>) =>
  [label, bits, r, { [metric]: value }, rest] as const;

function h3(all: readonly Run[], rule = { ...RULE, ...LOSS }) {
  const settings = new Map(all.map((run) => settingsOf(run, { data: run.data })));
  const study = evidenceOf(all, { settings, degradations: degradationByRank(all, rule) });
  const found = judgeHypotheses(study, rule).find(({ id }) => id === "H3");
  if (found === undefined) throw new Error("no H3");
  return { ...found, kinds: found.confounds.map(({ kind, severity }) => `${kind} ${severity}`), study };
}

function at(all: readonly Run[], rank: number, rule = LOSS) {
  const found = degradationByRank(all, rule).find((one) => one.rank === rank);
  if (found === undefined) throw new Error("no rank");
  return found.degradation;
}

test("1. a seed that diverged on the baseline only: survivors make no rank acceptable", () => {
  // The baseline's mean is one over survivors, so the candidate may look better or worse than it is.
  const all = sweep({ 8: [[2, NaN, 2.02], [2, 2.01, 2.02]] }); // prettier-ignore
  expect(at(all, 8)).toMatchObject({ verdict: "INCONCLUSIVE", baselineDiverged: 1 });
  expect(h3(all)).toMatchObject({ verdict: "INCONCLUSIVE" });
  expect(h3(all).kinds).toContain("DIVERGED_RUNS HIGH");
});

describe("2. a metric in percent in some runs and as a fraction in others", () => {
  test.each([
    ["accuracy", true, [[0.71, 0.7], [70.5, 71]]], // prettier-ignore
    ["accuracy", true, [[0.71, 70], [0.7, 0.71]]], // prettier-ignore
    ["error_rate", false, [[0.29, 0.3], [29.5, 29]]], // prettier-ignore
  ] as const)("has no degradation: %s", (metric, higher, [baseline, candidate]) => {
    // The change by a factor of 100 is one of units; the models are equally good.
    const found = degradation(baseline, candidate, { ...LOSS, metric, higherIsBetter: higher });
    expect(found).toMatchObject({ percent: null, acceptable: null, verdict: "INCONCLUSIVE" });
    expect(found.reason).toContain("Record all of them in one unit.");
  });

  test("is not suspected of percents near 1, of a loss, or of a word error rate above 1", () => {
    const percentOf = (metric: string, values: readonly [number, number], higher: boolean) =>
      degradation([values[0]], [values[1]], { ...LOSS, metric, higherIsBetter: higher }).percent;
    expect(percentOf("accuracy", [0.9, 1.2], true)).not.toBeNull();
    expect(percentOf("training_loss", [0.02, 2], false)).not.toBeNull();
    expect(percentOf("wer", [0.8, 1.1], false)).not.toBeNull();
  });
});

test("3. seeds that differ between the sides: a paired analysis is refused, not invented", () => {
  const all = sweep({ 8: [[2, 2.02, 1.98], [2.1, 2.12, 2.08]] }, "training_loss", (i, bits) => ({ seed: i + bits })); // prettier-ignore
  const analysis = { interval: "T", confidence: 0.95, resamples: 1000, seed: 0, paired: true } as const;
  const [found] = degradationByRank(all, { ...LOSS, analysis });
  expect(found?.degradation).toMatchObject({ paired: false, pairs: 0, intervalMethod: "WELCH_T" });
  expect(found?.degradation.intervalReason).toContain("at least two seeds that both baseline and candidate have");
});

test("4. a metric that one seed of three has: the rank has a single run, whatever the number of runs", () => {
  // Three runs were trained, but only one was evaluated.
  const all = sweep({
    8: [
      [2, 2.01, 2.02],
      [2.03, 2.02, 2.01],
    ],
  }).map((run, i) =>
    // prettier-ignore
    i === 0 || i === 3 ? { ...run, metrics: new Map([...run.metrics, ["eval_loss", 2 + i / 100]]) } : run,
  );
  const found = h3(all, { ...RULE, ...LOSS, metric: "eval_loss" });
  expect(found.kinds).toContain("SINGLE_SEED MEDIUM");
  expect(found.certainty).toBe("POINT_ESTIMATE");
});

test("5. rows that two files rounded differently are one run: no interval from a copy", () => {
  // 2.1041 is 2.10412 to five digits. Two independent runs agree that closely by chance in fewer than 1 of 100 studies.
  const all = sweep({ 8: [[2.00213, 2.0021], [2.10412, 2.1041]] }, "training_loss", () => ({ seed: null })); // prettier-ignore
  expect(at(all, 8)).toMatchObject({ interval: null, certainty: "POINT_ESTIMATE" });
  expect(at(all, 8).candidate).toMatchObject({ n: 1 });
  expect(h3(all).kinds).toContain("PSEUDO_REPLICATES HIGH");
  // With known seeds they are two runs.
  expect(at(sweep({ 8: [[2.00213, 2.0021], [2.10412, 2.1041]] }), 8).candidate).toMatchObject({ n: 2 }); // prettier-ignore
});

test("6. different training sets on the two sides: a HIGH confound, whatever the interval says", () => {
  const all = sweep(
    {
      8: [
        [2, 2.01, 2.02],
        [2.01, 2, 2.02],
      ],
    },
    "training_loss",
    (_, bits) => ({
      // prettier-ignore
      data: { dataset: bits === 16 ? "alpaca" : "gsm8k" },
    }),
  );
  expect(h3(all).kinds).toContain("DIFFERENT_DATASET HIGH");
});

test("7. a 4-bit run labelled 16bit is no baseline: no verdict without a HIGH confound", () => {
  const all = runs([
    ["16bit", 16, 8, { training_loss: 2 }, { seed: 1 }],
    ["16bit", 4, 8, { training_loss: 2.3 }, { seed: 2 }],
    ["4bit", 4, 8, { training_loss: 2.3 }, { seed: 1 }],
    ["4bit", 4, 8, { training_loss: 2.29 }, { seed: 2 }],
  ]);
  const found = h3(all);
  const isSilent = ["NOT_TESTED", "INCONCLUSIVE"].includes(found.verdict);
  expect(isSilent || found.kinds.includes("MIXED_CONFIGURATIONS HIGH"), found.because).toBe(true);
});

test("8. an interval that touches the threshold exactly is not acceptable; one that starts at it is unacceptable", () => {
  // Acceptable is strictly below the threshold.
  const baseline = [2, 2.02, 1.98];
  const candidate = [2.06, 2.08, 2.04];
  const { interval } = degradation(baseline, candidate, LOSS);
  if (interval === null) throw new Error("no interval");
  const touching = degradation(baseline, candidate, { ...LOSS, thresholdPercent: interval.high });
  expect(touching.verdict).toBe("INCONCLUSIVE");
  const starting = degradation(baseline, candidate, { ...LOSS, thresholdPercent: interval.low });
  expect(starting.verdict).toBe("UNACCEPTABLE");
});

test("9. no variance on one side: no interval and no test", () => {
  // Three equal losses are copies or a constant, not a variance of 0.
  const all = sweep({ 8: [[2, 2, 2], [2.01, 2.02, 2.03]] }); // prettier-ignore
  expect(at(all, 8)).toMatchObject({ interval: null, certainty: "POINT_ESTIMATE", absoluteInterval: null });
  expect(h3(all).kinds).toContain("PSEUDO_REPLICATES HIGH");
});

test("10. 50 runs against 2: the smaller side decides how wide the interval is", () => {
  // Welch's degrees of freedom are near 1, so the half-width is near 12.7 standard errors of the candidate.
  const baselines = Array.from({ length: 50 }, (_, i) => 2 + ((i % 5) - 2) / 200);
  const found = at(sweep({ 8: [baselines, [2.0, 2.04]] }), 8);
  expect(found.verdict).toBe("INCONCLUSIVE");
  expect((found.interval?.high ?? 0) - (found.interval?.low ?? 0)).toBeGreaterThan(20);
});

test("11. one outlier among three seeds fails no rank by its mean", () => {
  const all = sweep({ 8: [[2, 2.01, 1.99], [2, 2.01, 2.9]] }); // prettier-ignore
  expect(at(all, 8).percent).toBeGreaterThan(5);
  expect(at(all, 8).verdict).toBe("INCONCLUSIVE");
  expect(h3(all).verdict).toBe("INCONCLUSIVE");
});

describe("12. a metric whose name flips another one", () => {
  test.each([
    // scikit-learn negates losses, so that higher is better.
    ["neg_loss", true],
    ["neg_mean_squared_error", true],
    ["neg_log_loss", true],
    ["negative_log_likelihood", false],
    // Complements.
    ["1-acc", false],
    ["1 - F1", false],
    ["one_minus_accuracy", false],
    ["1_minus_error", true],
    ["error_rate", false],
    ["top_1_acc", true],
    ["pass_1", true],
    // Changes have no direction of their own: a drop of accuracy may be signed either way.
    ["accuracy_drop", null],
    ["loss_reduction", null],
    ["acc_delta", null],
    ["negative_f1", null],
  ])("%s", (name, expected) => {
    expect(higherIsBetter(name)).toBe(expected);
  });
});

test("13. a reversal over data sets (Simpson): no mean over both, however good it looks", () => {
  // The candidate is worse by 10 % on each set; it has more runs of the easy one.
  const data = (easy: boolean) => ({ dataset: easy ? "easy" : "hard" });
  const all = runs([
    ...[4, 4.1, 3.9].map((loss, i) => row("16bit", 16, 8, "training_loss", loss, { seed: i, data: data(false) })),
    row("16bit", 16, 8, "training_loss", 1, { seed: 3, data: data(true) }),
    row("4bit", 4, 8, "training_loss", 4.4, { seed: 0, data: data(false) }),
    ...[1.1, 1.2, 1.0].map((loss, i) => row("4bit", 4, 8, "training_loss", loss, { seed: i + 1, data: data(true) })),
  ]);
  expect(at(all, 8)).toMatchObject({ percent: null, verdict: "INCONCLUSIVE" });
  expect(h3(all).kinds).toContain("MIXED_DATA HIGH");
  const budget = { metric: "training_loss", higherIsBetter: false, memoryMb: null, degradationPercent: null };
  const chosen = recommend(all, budget, inferRoles(all) ?? null);
  // The best mean would be that of the easier set.
  expect(chosen.result).toBeNull();
  expect(chosen.because).toContain("different tasks or data sets (dataset hard: 4 runs; dataset easy: 4 runs)");
});

test("14. ranks that do not fall evenly within the noise are no failure mode", () => {
  const all = sweep({
    4: [[2, 2.01, 1.99], [2.02, 2.01, 2.03]], // prettier-ignore
    8: [[2, 2.01, 1.99], [2.05, 2.2, 2.1]], // prettier-ignore
    16: [[2, 2.01, 1.99], [2.01, 2.02, 2]], // prettier-ignore
  });
  expect(rankStates(degradationByRank(all, LOSS)).map(({ state }) => state)).toEqual([
    "ACCEPTABLE",
    "UNDECIDED",
    "ACCEPTABLE",
  ]);
  const { study, verdict } = h3(all);
  expect(verdict).toBe("INCONCLUSIVE");
  expect(detectFailureModes(study, { ...RULE, ...LOSS }).map(({ kind }) => kind)).not.toContain("NON_MONOTONIC_RANK");
});

describe("15. training and evaluation loss on both sides of the threshold", () => {
  const losses = (evaluations: readonly number[]) =>
    sweep({
      8: [
        [2, 2.06, 1.94],
        [2.09, 2.15, 2.03],
      ],
    }).map((run, i) => ({
      // prettier-ignore
      ...run,
      metrics: new Map([...run.metrics, ["eval_loss", evaluations[i] ?? NaN]]),
    }));

  test("within the noise do not disagree", () => {
    // 4.5 % and 5.5 %, each with an interval of several percent, are one result.
    const all = losses([2, 2.06, 1.94, 2.11, 2.17, 2.05]);
    expect(h3(all).kinds.filter((kind) => kind.startsWith("LOSSES_DISAGREE"))).toEqual([]);
  });

  test("beyond the noise do", () => {
    const all = losses([2, 2.001, 1.999, 2.4, 2.401, 2.399]).map((run, i) => ({
      ...run,
      metrics: new Map([...run.metrics, ["training_loss", (i < 3 ? 2 : 2.01) + (i % 3) / 1000]]),
    }));
    expect(h3(all).kinds).toContain("LOSSES_DISAGREE HIGH");
  });
});

test("16. a seed that was run twice is one run: two runs of it give no interval", () => {
  const all = sweep({ 8: [[2, 2.01], [2.02, 2.03]] }, "training_loss", () => ({ seed: 7 })); // prettier-ignore
  expect(at(all, 8)).toMatchObject({ interval: null, certainty: "POINT_ESTIMATE" });
  expect(h3(all).kinds).toEqual(expect.arrayContaining(["PSEUDO_REPLICATES HIGH", "SINGLE_SEED MEDIUM"]));
});

test("17. a mean cosine below the threshold at one rank and undecided at the other supports nothing in part", () => {
  const pairs = (cosines: readonly number[]) => {
    const compared = cosines.map((cosine, i) => ({ seed: i, layers: [similar(cosine)] }));
    return countedPairs({ compared, available: compared.length });
  };
  const similarityAt = (rank: number, cosines: readonly number[]) =>
    rankSimilarity(rank, [{ layer: { name: "h.0" }, similarity: similar(cosines[0] ?? 0) }], pairs(cosines));
  const all = sweep({ 2: [[2], [2]], 8: [[2], [2]] }); // prettier-ignore
  const similarities = [similarityAt(2, [0.5, 0.51, 0.49]), similarityAt(8, [0.99, 0.9, 0.95])];
  const [h1] = judgeHypotheses(evidenceOf(all, { similarities }), RULE);
  expect(h1).toMatchObject({ id: "H1", verdict: "INCONCLUSIVE" });
  expect(h1?.because).toContain("not decided by its interval at r = 8");
});
