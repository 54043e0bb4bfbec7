import { expect, test } from "vitest";
import { meanDivergence, rankSensitivities } from "#src/derive/sensitivity/measured-sensitivities.js";
import { truncationErrors } from "#src/derive/spectra/truncation-error.js";
import type { LayerDivergence, LayerWeightGap } from "#src/model/layer-sensitivity.js";

const divergence = (layer: string, ...sums: number[]): LayerDivergence => ({
  layer,
  sums: Float64Array.from(sums),
  tokens: Int32Array.of(10, 30),
});
const measuredOf = (one: LayerDivergence) => ({ layer: one.layer, mean: meanDivergence(one) });

const gapOf = (layer: string, gap: number): LayerWeightGap => {
  const norms = { weightNorm: 9, quantizationError: 1, baselineUpdateNorm: 2, candidateUpdateNorm: 2 };
  return { layer, ...norms, gap, adaptedNorm: 10 };
};

test("the measured divergence goes before the gap of the weights, rank by rank", () => {
  const pairs = [
    { seed: 0, layers: [divergence("a", 1, 3), divergence("b", 0, 0.4)].map(measuredOf) },
    { seed: 2, layers: [divergence("b", 0.2, 0.2), divergence("a", 2, 2.8)].map(measuredOf) },
  ];
  const fairGap = [
    { rank: 8, available: 3, pairs: [{ seed: 0, layers: [gapOf("a", 1)] }] },
    {
      rank: 2,
      available: 2,
      pairs: [
        { seed: 0, layers: [gapOf("a", 1), gapOf("b", 0.5)] },
        { seed: 1, layers: [gapOf("a", 2)] },
      ],
    },
  ];
  expect(rankSensitivities({ measuredSensitivity: [{ rank: 8, available: 3, pairs }], fairGap })).toEqual([
    { rank: 2, basis: "FAIR_GAP", seeds: [0, 1], available: 2, layers: [{ layer: "a", scores: [0.1, 0.2] }] },
    {
      rank: 8,
      basis: "MEASURED_KL",
      seeds: [0, 2],
      available: 3,
      layers: [
        { layer: "a", scores: [0.1, 0.12] },
        { layer: "b", scores: [0.01, 0.01] },
      ],
    },
  ]);
  expect(rankSensitivities({})).toEqual([]);
});

test("an update of singular values 3, 2, 1 loses what is beyond the rank", () => {
  const errors = truncationErrors([3, 2, 1], [0, 1, 2, 3, 5]);
  [1, Math.sqrt(5 / 14), Math.sqrt(1 / 14), 0, 0].forEach((value, i) => expect(errors[i]).toBeCloseTo(value, 14));
  expect(truncationErrors([0, 0], [1])).toEqual([null]);
  expect(truncationErrors([3e-200, 4e-201], [1])[0]).toBeCloseTo(4 / Math.hypot(30, 4), 14);
});
