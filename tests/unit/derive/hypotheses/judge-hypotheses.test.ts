import { describe, expect, test } from "vitest";
import { detectFailureModes } from "#src/derive/failure-modes/failure-modes.js";
import type { FailureEvidence } from "#src/derive/failure-modes/failure-mode-rule.js";
import { rankSimilarity } from "#src/derive/similarity/rank-similarity.js";
import { countedPairs } from "#src/derive/similarity/pair-statistics.js";
import { undefinedSimilarity } from "#src/derive/similarity/layer-similarity.js";
import { behaviourAtRank } from "#src/derive/behaviour/rank-behaviour.js";
import { judgeHypotheses } from "#src/derive/hypotheses/judge-hypotheses.js";
import { evidence, RULE, similar } from "../../../support/evidence.js";

const verdicts = (of: FailureEvidence) => judgeHypotheses(of, RULE).map(({ verdict }) => verdict);

test("H1 is judged by every comparable rank", () => {
  const [high, low] = [
    [0.97, 0.99],
    [0.9, 0.8],
  ];
  expect(verdicts(evidence({ 2: { percent: 1, cosines: high }, 4: { percent: 1, cosines: high } }))[0]).toBe(
    "SUPPORTED",
  );
  expect(verdicts(evidence({ 2: { percent: 1, cosines: low }, 4: { percent: 1, cosines: low } }))[0]).toBe("REJECTED");
  expect(verdicts(evidence({ 2: { percent: 1, cosines: low }, 4: { percent: 1, cosines: high } }))[0]).toBe(
    "PARTIALLY_SUPPORTED",
  );
  expect(verdicts(evidence({ 2: { percent: 1, cosines: [] } }))[0]).toBe("NOT_TESTED");
});

test("runs that started from different A are left out of H1 and named as a confound", () => {
  const mixed = evidence({ 2: { percent: 1, cosines: [0.3], start: 0.03 }, 8: { percent: 1, cosines: [0.97] } });
  const [h1] = judgeHypotheses(mixed, RULE);
  expect(h1?.verdict).toBe("SUPPORTED");
  expect(h1?.confounds).toEqual([
    expect.objectContaining({ kind: "INDEPENDENT_INITIALISATION", ranks: [2] }),
    expect.objectContaining({ kind: "NOISE_FLOOR", ranks: [8] }),
  ]);
  expect(h1?.because).toContain("r = 2 (mean 0.3000) is not comparable");
  expect(h1?.confounds[0]?.message).toContain("r = 2: 0.03");
});

test("H2 is not decided by the divergence of updates, which it describes", () => {
  const [, apart] = judgeHypotheses(evidence({ 8: { percent: 1, cosines: [0.97, 0.8] } }), RULE);
  expect(apart).toMatchObject({
    verdict: "INCONCLUSIVE",
    certainty: null,
    because: expect.stringContaining("is no measure of sensitivity") as string,
  });
  expect(apart?.evidence[0]?.label).toContain("largest divergence in layer 1");
  expect(verdicts(evidence({ 8: { percent: 1, cosines: [0.97] } }))[1]).toBe("NOT_TESTED");
});

describe("H2 with measured sensitivities", () => {
  const judged = (scores: number[][], counted: (number | null)[] = [null, 0, 1], more = {}) => {
    const layers = scores.map((ofLayer, i) => ({ layer: `layer ${i}`, scores: ofLayer }));
    const seeds = [null, ...(scores[0] ?? []).map((_, seed) => seed)].slice(0, scores[0]?.length);
    const rank = { rank: 8, basis: "MEASURED_KL", seeds, available: 4, layers } as const;
    const source = 'on the evaluation set "texts"';
    const sensitivity = { ranks: [rank], source, missing: null, pending: [], ...more };
    const study = evidence({ 8: { percent: 1, cosines: [0.97, 0.8] } }, { sensitivity });
    const similarities = study.similarities.map((one) => ({ ...one, overPairs: { ...one.overPairs, seeds: counted } }));
    return judgeHypotheses({ ...study, similarities }, RULE)[1];
  };
  const layers = (perLayer: (i: number) => number[]) => Array.from({ length: 8 }, (_, i) => perLayer(i));

  test("is supported if all seeds agree, and the largest is at least twice the median", () => {
    const found = judged(layers((i) => [i + 1, i + 1.1, i + 0.9].map((score) => (i === 7 ? 3 * score : score))));
    expect(found).toMatchObject({ verdict: "SUPPORTED", certainty: "INTERVAL" });
    expect(found?.evidence.find(({ unit }) => unit === "Kendall's W")?.value).toBeCloseTo(1, 12);
  });

  test("says by which measurements, and counts only pairs whose comparison is valid", () => {
    const sensitive = layers((i) => [i + 1, i + 1.1, i + 0.9].map((score) => (i === 7 ? 3 * score : score)));
    expect(judged(sensitive)?.because).toContain(
      'At r = 8, sensitivity is the KL divergence with one layer quantized on the evaluation set "texts". At r = 8, 3 of 4 pairs of seeds count.',
    );
    expect(judged(sensitive, [0])).toMatchObject({
      verdict: "INCONCLUSIVE",
      because: expect.stringContaining("one seed") as string,
    });
    expect(judged(sensitive, [7])?.because).toContain("is no measure of sensitivity");
  });

  test("is inconclusive while it is computed, and if seeds lie on both sides of the limit", () => {
    const around = layers((i) => [0.9, 1, 1.1].map((factor) => (i === 7 ? 9 * factor : i + 1)));
    expect(judged(around)).toMatchObject({
      verdict: "INCONCLUSIVE",
      because: expect.stringContaining("Seeds disagree") as string,
    });
    const pending = judged(around, [null, 0, 1], { pending: [{ rank: 8, pendingJobs: ["job-1"] }] });
    expect(pending).toMatchObject({ verdict: "INCONCLUSIVE", because: expect.stringContaining("job-1") as string });
    expect(pending?.confounds.map(({ kind }) => kind)).toContain("WEIGHTS_PENDING");
  });

  test("is rejected if all seeds agree on differences that are small", () => {
    expect(judged(layers((i) => [10 + i, 10.1 + i, 9.9 + i]))?.verdict).toBe("REJECTED");
  });

  test("is inconclusive if seeds disagree, and with one seed", () => {
    expect(judged(layers((i) => [i + 1, 8 - i, (3 * i) % 8]))?.verdict).toBe("INCONCLUSIVE");
    expect(judged(layers((i) => [2 ** i]))).toMatchObject({
      verdict: "INCONCLUSIVE",
      because: expect.stringContaining("one seed") as string,
    });
  });
});

describe("H1 over several pairs of seeds", () => {
  const over = (...means: number[]) => {
    const compared = means.map((mean, seed) => ({ seed, layers: [similar(mean)] }));
    const layers = [{ layer: { name: "layer 0" }, similarity: similar(means[0] ?? 0) }];
    const similarities = [rankSimilarity(8, layers, countedPairs({ compared, available: means.length }))];
    return judgeHypotheses(evidence({ 8: { percent: 1, cosines: [] } }, { similarities }), RULE)[0];
  };

  test("is decided by the interval of the mean over the pairs", () => {
    expect(over(0.97, 0.975, 0.972)).toMatchObject({ verdict: "SUPPORTED", certainty: "INTERVAL" });
    expect(over(0.9, 0.91, 0.905)).toMatchObject({ verdict: "REJECTED", certainty: "INTERVAL" });
    expect(over(0.96, 0.9, 0.97)).toMatchObject({ verdict: "INCONCLUSIVE", certainty: "INTERVAL" });
  });

  test("calls no cosine below the threshold that equals it", () => {
    expect(over(RULE.similarityThreshold)?.because).toBe("Mean cosine is at most 0.95 at every comparable rank (8).");
  });

  test("lists what quantization does to predictions, beside what another seed does", () => {
    const predictions = {
      source: 'on the evaluation set "texts"',
      ranks: [{ rank: 8, ...behaviourAtRank([0.1, 0.101], [0.4, 0.41], 0.95) }],
    };
    const [h1] = judgeHypotheses(evidence({ 8: { percent: 1, cosines: [0.97] } }, { predictions }), RULE);
    expect(h1?.because).toContain(
      'Predictions on the evaluation set "texts": beside the KL divergence of two seeds of the baseline, that of baseline and candidate is below it at r = 8.',
    );
    expect(h1?.evidence.filter(({ unit }) => unit === "nats per token")).toEqual([
      {
        label: expect.stringContaining(
          "KL divergence of baseline and candidate at r = 8 (2 pairs, 95 % interval",
        ) as string,
        value: expect.closeTo(0.1005, 12) as number,
        unit: "nats per token",
      },
      {
        label: expect.stringContaining("noise floor: KL divergence of two seeds of the baseline at r = 8") as string,
        value: expect.closeTo(0.405, 12) as number,
        unit: "nats per token",
      },
    ]);
  });

  test("is a point estimate with one pair", () => {
    expect(over(0.97)).toMatchObject({ verdict: "SUPPORTED", certainty: "POINT_ESTIMATE" });
  });
});

test("equal weights under two names decide neither H1 nor H2", () => {
  const [h1, h2] = judgeHypotheses(evidence({ 8: { percent: 0, cosines: [1, 1] } }), RULE);
  for (const hypothesis of [h1, h2]) {
    expect(hypothesis?.verdict).toBe("INCONCLUSIVE");
    expect(hypothesis?.confounds).toContainEqual(
      expect.objectContaining({ kind: "IDENTICAL_WEIGHTS", severity: "HIGH" }),
    );
  }
});

test("one failing rank does not show that there is no minimum rank", () => {
  const [, , h3] = judgeHypotheses(evidence({ 8: { percent: 9, cosines: [] } }), RULE);
  expect(h3).toMatchObject({
    verdict: "INCONCLUSIVE",
    because: expect.stringContaining("No minimum rank was found up to r = 8.") as string,
  });
});

test("H3 is supported only if a smaller rank fails", () => {
  const cosines = [0.97];
  expect(verdicts(evidence({ 2: { percent: 9, cosines }, 4: { percent: 1, cosines } }))[2]).toBe("SUPPORTED");
  expect(verdicts(evidence({ 2: { percent: 1, cosines }, 4: { percent: 1, cosines } }))[2]).toBe("PARTIALLY_SUPPORTED");
  expect(verdicts(evidence({ 2: { percent: 9, cosines }, 4: { percent: 9, cosines } }))[2]).toBe("REJECTED");
});

test("failure modes name their runs, the most severe first", () => {
  const modes = detectFailureModes(
    evidence({ 2: { percent: 9, cosines: [0.9] }, 4: { percent: 1, cosines: [0.9] } }),
    RULE,
  );
  expect(modes.map(({ kind }) => kind)).toEqual(["INSUFFICIENT_RANK", "WEIGHT_DIVERGENCE"]);
  expect(modes[0]?.experiments.map(({ name }) => name)).toEqual(["16bit_r2", "4bit_r2"]);
});

test("a healthy study has no failure mode", () => {
  expect(detectFailureModes(evidence({ 2: { percent: 1, cosines: [0.99] } }), RULE)).toEqual([]);
});

test("a failing rank above an acceptable one is reported as not monotonic", () => {
  const cosines = [0.99];
  const modes = detectFailureModes(evidence({ 2: { percent: 1, cosines }, 4: { percent: 9, cosines } }), RULE);
  expect(modes.map(({ kind }) => kind)).toContain("NON_MONOTONIC_RANK");
});

/** The study with one more layer at `rank`, which is still being compared. */
function withPending(evidence: FailureEvidence, rank: number): FailureEvidence {
  const pending = { layer: { name: "late" }, similarity: undefinedSimilarity("PENDING", "0190-job") };
  return {
    ...evidence,
    similarities: evidence.similarities.map((entry) =>
      entry.rank === rank ? rankSimilarity(rank, [...entry.layers, pending]) : entry,
    ),
  };
}

test("while weights are pending, H1 and H2 are inconclusive and name the job; H3 is not affected", () => {
  const found = evidence({ 2: { percent: 1, cosines: [0.97, 0.99] }, 8: { percent: 1, cosines: [0.97, 0.8] } });
  expect(verdicts(found)).toEqual(["PARTIALLY_SUPPORTED", "INCONCLUSIVE", "PARTIALLY_SUPPORTED"]);
  const [h1, h2, h3] = judgeHypotheses(withPending(found, 8), RULE);
  for (const hypothesis of [h1, h2]) {
    expect(hypothesis?.verdict).toBe("INCONCLUSIVE");
    expect(hypothesis?.because).toBe("The weights at r = 8 are still being compared (job 0190-job).");
    expect(hypothesis?.confounds).toContainEqual(expect.objectContaining({ kind: "WEIGHTS_PENDING", ranks: [8] }));
  }
  expect(h3?.verdict).toBe("PARTIALLY_SUPPORTED");
});

test("a pending rank is not reported as missing", () => {
  const [h1] = judgeHypotheses(withPending(evidence({ 8: { percent: 1, cosines: [] } }), 8), RULE);
  expect(h1?.confounds.map(({ kind }) => kind)).toEqual(["WEIGHTS_PENDING"]);
});

test("layers that could not be compared are a confound of H1 and H2", () => {
  const found = evidence({ 8: { percent: 1, cosines: [0.97, 0.99] } });
  const [similarity] = found.similarities;
  const failed = { layer: { name: "gone" }, similarity: undefinedSimilarity("UNREADABLE") };
  const partial = { ...found, similarities: [rankSimilarity(8, [...(similarity?.layers ?? []), failed])] };
  const [h1, h2] = judgeHypotheses(partial, RULE);
  expect(h1?.verdict).toBe("SUPPORTED");
  for (const hypothesis of [h1, h2]) {
    expect(hypothesis?.confounds).toMatchObject([{ kind: "LAYERS_LEFT_OUT", ranks: [8] }, { kind: "NOISE_FLOOR" }]);
    expect(hypothesis?.confounds[0]?.message).toContain("1 at r = 8");
  }
});

test("failure modes of weights are reported after all layers are compared", () => {
  const found = evidence({ 8: { percent: 1, cosines: [0.5] } });
  expect(detectFailureModes(found, RULE).map(({ kind }) => kind)).toEqual(["WEIGHT_DIVERGENCE"]);
  const [mode, ...others] = detectFailureModes(withPending(found, 8), RULE);
  expect(others).toEqual([]);
  expect(mode).toMatchObject({ kind: "WEIGHTS_PENDING", severity: "LOW" });
  expect(mode?.cause).toContain("job 0190-job");
  expect(mode?.experiments.map(({ name }) => name)).toEqual(["16bit_r8", "4bit_r8"]);
});
