import { describe, expect, test } from "vitest";
import { configDifferences } from "#src/derive/runs/config-differences.js";
import { orderLayers } from "#src/derive/similarity/layer-order.js";
import type { LayerOrder } from "#src/model/enums/similarity.js";
import { metricDeltas } from "#src/derive/runs/metric-deltas.js";
import { pairConfounds } from "#src/derive/confounds/confounds.js";
import type { ComparedAdapterSettings, RunSettings } from "#src/derive/runs/run-settings.js";
import { undefinedSimilarity } from "#src/derive/similarity/layer-similarity.js";
import { similaritySummary, type SimilaritySummary } from "#src/derive/similarity/similarity-summary.js";

const adapter: ComparedAdapterSettings = {
  r: 4,
  loraAlpha: 16,
  useRslora: false,
  useDora: false,
  fanInFanOut: true,
  loraDropout: 0.1,
  bias: "none",
  targetModules: ["c_proj", "c_attn"],
  rankPattern: {},
  alphaPattern: {},
  revision: null,
  taskType: "CAUSAL_LM",
};

const run: RunSettings = {
  name: "16bit_r4",
  method: "LORA",
  quantization: { label: "16bit", bits: 16, scheme: null },
  rank: 4,
  seed: 1,
  steps: 1000,
  numSamples: 5000,
  peakLearningRate: 2e-4,
  baseModel: "gpt2",
  adapter,
  checkpointStep: 1000,
  uncompared: [],
};

const compared: SimilaritySummary = {
  mean: 0.9,
  min: 0.8,
  max: 1,
  comparedLayers: 2,
  leftOutLayers: 0,
  initialCosine: 0.97,
  sharedStart: true,
  identical: false,
  pendingJobs: [],
};

describe("metric deltas", () => {
  test("cover the metrics of either run, and are null with a reason if one run lacks the metric", () => {
    const deltas = metricDeltas(
      new Map([
        ["loss", 2],
        ["memory", 100],
        ["zero", 0],
      ]),
      new Map([
        ["loss", 1.5],
        ["time", 3],
        ["zero", 1],
      ]),
    );
    expect(deltas).toEqual([
      { metric: "loss", baseline: 2, candidate: 1.5, absolute: -0.5, percent: -25, reason: null },
      {
        metric: "memory",
        baseline: 100,
        candidate: null,
        absolute: null,
        percent: null,
        reason: "The candidate has no value.",
      },
      {
        metric: "time",
        baseline: null,
        candidate: 3,
        absolute: null,
        percent: null,
        reason: "The baseline has no value.",
      },
      {
        metric: "zero",
        baseline: 0,
        candidate: 1,
        absolute: 1,
        percent: null,
        reason: "The value of the baseline is 0, or too close to 0 for a relative change.",
      },
    ]);
  });

  test("are null for a NaN loss", () => {
    const [delta] = metricDeltas(new Map([["loss", NaN]]), new Map([["loss", Infinity]]));
    expect(delta).toMatchObject({ baseline: null, candidate: null, absolute: null, percent: null });
    expect(delta?.reason).toBe(
      "The value of the baseline is NaN or infinite. The value of the candidate is NaN or infinite.",
    );
  });
});

describe("configuration differences", () => {
  test("are empty for equal settings, in any order of target modules", () => {
    const other = { ...run, adapter: { ...adapter, targetModules: ["c_attn", "c_proj"] } };
    expect(configDifferences(run, other)).toEqual([]);
  });

  test("have the field and both values, including the resulting scaling", () => {
    const other = {
      ...run,
      quantization: { label: "4bit", bits: 4, scheme: "nf4" },
      adapter: { ...adapter, useRslora: true, alphaPattern: { "h.0": 8 } },
      steps: null,
    };
    expect(configDifferences(run, other)).toEqual([
      { field: "quantization", baseline: "16bit", candidate: "4bit" },
      { field: "quantizationBits", baseline: "16", candidate: "4" },
      { field: "quantizationScheme", baseline: null, candidate: "nf4" },
      { field: "scaling", baseline: "4", candidate: "8" },
      { field: "rsLora", baseline: "false", candidate: "true" },
      { field: "alphaPattern", baseline: "", candidate: "h.0: 8" },
      { field: "steps", baseline: "1000", candidate: null },
    ]);
  });
});

describe("confounds of two runs", () => {
  const kinds = (other: Partial<RunSettings>, summary: Partial<SimilaritySummary> = {}) =>
    pairConfounds(run, { ...run, ...other }, { ...compared, ...summary }).map(({ kind }) => kind);

  test("are empty for a valid comparison, and ignore settings known for one run only", () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ steps: null, baseModel: null, adapter: null, numSamples: null, peakLearningRate: null })).toEqual(
      [],
    );
  });

  test.each<[string, Partial<RunSettings>, string[]]>([
    ["other steps", { steps: 900 }, ["UNEQUAL_STEPS"]],
    ["other samples", { numSamples: 1 }, ["UNEQUAL_SAMPLES"]],
    ["another learning rate", { peakLearningRate: 1e-3 }, ["UNEQUAL_LEARNING_RATE"]],
    ["another base model", { baseModel: "gpt2-xl" }, ["DIFFERENT_BASE_MODEL"]],
    ["another alpha", { adapter: { ...adapter, loraAlpha: 8 } }, ["UNEQUAL_SCALING"]],
    ["rsLoRA", { adapter: { ...adapter, useRslora: true } }, ["UNEQUAL_SCALING"]],
    ["an alpha pattern", { adapter: { ...adapter, alphaPattern: { c_attn: 1 } } }, ["UNEQUAL_SCALING"]],
    ["other targets", { adapter: { ...adapter, targetModules: ["c_attn"] } }, ["DIFFERENT_TARGETS"]],
    ["another rank at one scaling", { rank: 8, adapter: { ...adapter, r: 8, loraAlpha: 32 } }, ["UNEQUAL_RANKS"]],
    ["DoRA", { adapter: { ...adapter, useDora: true } }, ["DORA_DIRECTION_ONLY"]],
    ["DoRA's magnitudes, said already", { uncompared: [{ name: "m", kind: "DORA_MAGNITUDE", count: 1 }] }, []],
    ["biases", { uncompared: [{ name: "b", kind: "BIAS", count: 1 }] }, ["UNCOMPARED_TENSORS"]],
  ])("%s", (_, other, expected) => {
    expect(kinds(other)).toEqual(expected);
  });

  test("include the revision only if both runs name one", () => {
    const at = (revision: string | null) => ({ ...run, adapter: { ...adapter, revision } });
    expect(pairConfounds(at("a"), at("b"), compared).map(({ kind }) => kind)).toEqual(["DIFFERENT_REVISION"]);
    expect(pairConfounds(at("a"), at(null), compared)).toEqual([]);
  });

  test("include a different start, missing weights and pending weights", () => {
    expect(kinds({}, { sharedStart: false, initialCosine: 0.03 })).toEqual(["INDEPENDENT_INITIALISATION"]);
    expect(kinds({}, { comparedLayers: 0 })).toEqual(["WEIGHTS_MISSING"]);
    expect(kinds({}, { comparedLayers: 0, leftOutLayers: 2 })).toEqual(["WEIGHTS_MISSING"]);
    expect(kinds({}, { leftOutLayers: 1 })).toEqual(["LAYERS_LEFT_OUT"]);
    const pending = similaritySummary([undefinedSimilarity("PENDING", "job 7")]);
    const [confound, ...others] = pairConfounds(run, { ...run, rank: 4 }, pending);
    expect(others).toEqual([]);
    expect(confound).toMatchObject({ kind: "WEIGHTS_PENDING", ranks: [4] });
    expect(confound?.message).toContain("job 7");
  });

  test("have both values and both ranks", () => {
    const [confound] = pairConfounds(run, { ...run, steps: 900, rank: 8 }, compared);
    expect(confound).toEqual({
      kind: "UNEQUAL_STEPS",
      severity: "HIGH",
      message: "The runs were trained for different numbers of steps: 1000 and 900.",
      ranks: [4, 8],
    });
  });
});

test("layers are ordered by the requested value; layers without it come last, ties stay in model order", () => {
  const layer = (name: string, cosineSimilarity: number | null, l2Distance: number | null) => ({
    name,
    similarity: { ...undefinedSimilarity("ZERO_UPDATE"), cosineSimilarity, l2Distance, relativeDifference: l2Distance },
  });
  const layers = [layer("a", 0.5, 1), layer("b", null, null), layer("c", -0.2, 3), layer("d", 0.5, 2)];
  const order = (by: LayerOrder) =>
    orderLayers(layers, by)
      .map(({ name }) => name)
      .join("");
  expect(order("MODEL_ORDER")).toBe("abcd");
  expect(order("COSINE_ASC")).toBe("cadb");
  expect(order("COSINE_DESC")).toBe("adcb");
  expect(order("L2_DESC")).toBe("cdab");
  expect(order("RELATIVE_DIFFERENCE_DESC")).toBe("cdab");
});
