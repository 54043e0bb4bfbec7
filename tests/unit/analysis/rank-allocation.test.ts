import { expect, test } from "vitest";
import { allocateStudyRanks, type AllocationScores } from "#src/analysis/sensitivity/rank-allocation.js";
import type { StudySimilarity } from "#src/analysis/similarity/similarity-loader.js";
import { rankSimilarity } from "#src/derive/similarity/rank-similarity.js";
import { settingsOf, similar } from "../../support/evidence.js";
import { runs } from "../../support/runs.js";

const layers = [
  { layer: { name: "h.0.attn.c_attn", inFeatures: 6, outFeatures: 18 }, similarity: similar(0.9), candidate: {} },
  { layer: { name: "h.1.mlp.c_fc", inFeatures: 6, outFeatures: 8 }, similarity: similar(0.8), candidate: {} },
];
const study = {
  similarity: rankSimilarity(4, layers as never),
  layers,
  candidate: { name: "4bit_r4" },
  baseline: null,
  computed: null,
} as unknown as StudySimilarity;
const [, settings] = settingsOf(runs([["4bit", 4, 4, {}]])[0] as never);
const options = { parameters: undefined, relativeBudget: 1.5, allowedRanks: [2, 4, 8, 12], keepScale: true };
const scoresOf = (scores: Record<string, number>): AllocationScores => {
  return { basis: "MEASURED_KL", origin: "Measured.", scoreOf: (name) => scores[name] };
};
const measured = scoresOf({ "h.0.attn.c_attn": 0.1, "h.1.mlp.c_fc": 0.4 });
const none: AllocationScores = { basis: null, origin: "It was not measured.", scoreOf: () => undefined };

test("an allocation by measured sensitivities can be read by PEFT and is within its budget", () => {
  const found = allocateStudyRanks(study, settings, options, measured);
  // (6 + 18 and 6 + 8) x rank 4 x 1.5
  expect(found).toMatchObject({ reason: null, budget: 228, basis: "MEASURED_KL", origin: "Measured." });
  const spent = found.layers.reduce((sum, { layer, rank }) => sum + rank * (layer.inFeatures + layer.outFeatures), 0);
  expect(found.parameters).toBe(spent);
  expect(spent).toBeLessThanOrEqual(228);
  const peft = JSON.parse(found.peft ?? "");
  expect(peft).toMatchObject({ r: found.r, lora_alpha: 4 * (found.r ?? NaN) });
  for (const [key, rank] of Object.entries(peft.rank_pattern))
    expect(peft.alpha_pattern[key]).toBe(4 * (rank as number));
});

test("there is no allocation without measured sensitivities, of every layer, and with too small a budget", () => {
  expect(allocateStudyRanks(study, settings, options, none).reason).toContain("It was not measured. The divergence");
  expect(allocateStudyRanks(study, settings, options, scoresOf({ "h.1.mlp.c_fc": 1 })).reason).toContain(
    "layers whose sensitivity is not known: h.0.attn.c_attn",
  );
  expect(allocateStudyRanks(study, settings, { ...options, parameters: 10 }, measured)).toMatchObject({
    reason: "10 parameters do not hold rank 2 in all 2 layers",
    budget: 10,
    layers: [],
  });
});
