import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { scalingRatio } from "#src/model/weight-updates.js";
import { layerSimilarity } from "#src/derive/similarity/layer-similarity.js";
import { spectrum } from "#src/derive/spectra/spectrum.js";
import { subspaceSimilarity } from "#src/derive/spectra/subspace-similarity.js";
import { densePairFacts, denseSpectrumFacts, denseSubspaceFacts } from "../../support/dense-facts.js";
import { freshDatabase } from "../../support/database.js";
import { inProcessWeights } from "../../support/in-process-weights.js";
import { serveWeights, type WeightsServer } from "../../support/serve-weights.js";
import { storedStudy, type StoredIds, type StoredLayer } from "../../support/stored-study.js";
import { attention, feedForward, layerOf, ONE, TWO, twoStudies } from "../../support/two-studies.js";

const fresh = freshDatabase();
const weights = inProcessWeights();
let server: WeightsServer;
let folder: string;
let one: StoredIds;
let two: StoredIds;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-weights-"));
  ({ one, two } = await twoStudies(fresh.database, folder));
  server = await serveWeights(fresh.database, weights);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  weights.requests.length = 0;
  weights.instead.clear();
});

const execute: WeightsServer["execute"] = (source, variables) => server.execute(source, variables);
const ATTENTION = "h.0.attn.c_attn";
const FEED_FORWARD = "h.1.mlp.c_fc";
const run = (name: string) => one.experiments[name] ?? two.experiments[name];

/** Computes the expected values from dW, formed in full. */
function similarity(left: StoredLayer, right: StoredLayer, scaling: "ADAPTER" | "NONE" = "ADAPTER") {
  const [s1, s2] = scaling === "NONE" ? [1, 1] : [left.scaling, right.scaling];
  const { leftSquaredNorm, rightSquaredNorm, ...facts } = densePairFacts(left, right, scalingRatio(s1, s2));
  const updates = { ...facts, baselineSquaredNorm: leftSquaredNorm, candidateSquaredNorm: rightSquaredNorm };
  const { pendingJob: _, ...found } = layerSimilarity(updates, s1, s2);
  return found;
}

const COMPUTED = "computed { provider precision kernelVersion seconds cached fallback }";
const SIMILARITY = `cosineSimilarity l2Distance relativeDifference baselineNorm candidateNorm initialCosine undefinedReason`;

describe("two runs", () => {
  const compare = (fields: string, rest = "") =>
    `query($baseline: ID!, $candidate: ID!) { compareExperiments(baseline: $baseline, candidate: $candidate ${rest}) { ${fields} } }`;

  test.each(["ADAPTER", "NONE"] as const)("of one study are compared layer by layer, scaling %s", async (scaling) => {
    const { data, errors } = await execute(
      compare(
        `summary { meanCosineSimilarity minCosineSimilarity maxCosineSimilarity comparedLayers missingLayers { name } ${COMPUTED} jobs { id } }
         layersTotal layers { layer { name } ${SIMILARITY} job { id } ${COMPUTED} }`,
        `scaling: ${scaling}`,
      ),
      { baseline: run("16bit_r2"), candidate: run("4bit_r2") },
    );
    expect(errors).toEqual([]);
    const { layers, layersTotal, summary } = data.compareExperiments;
    expect(layersTotal).toBe(2);
    const computed = { provider: "cpu", precision: "float64", kernelVersion: 1, cached: false, fallback: null };
    const expected = [ATTENTION, FEED_FORWARD].map((name) => ({
      layer: { name },
      ...similarity(layerOf(ONE, "16bit_r2", 1000, name), layerOf(ONE, "4bit_r2", 1000, name), scaling),
      job: null,
      computed: { ...computed, seconds: 0.25 },
    }));
    expect(layers).toEqual(expected);
    const cosines = expected.map(({ cosineSimilarity }) => cosineSimilarity ?? NaN);
    expect(summary).toEqual({
      meanCosineSimilarity: ((cosines[0] ?? NaN) + (cosines[1] ?? NaN)) / 2,
      minCosineSimilarity: Math.min(...cosines),
      maxCosineSimilarity: Math.max(...cosines),
      comparedLayers: 2,
      missingLayers: [],
      computed: { ...computed, seconds: 0.5 },
      jobs: [],
    });
    expect(weights.requests).toHaveLength(1);
  });

  test("of different studies are matched by layer name, and different base models are a confound", async () => {
    const { data, errors } = await execute(
      compare(`summary { comparedLayers missingLayers { name } }
        confounds { kind severity message ranks }
        layersTotal layers(orderBy: COSINE_ASC, first: 1) { layer { name } cosineSimilarity }
        all: layers { layer { name } undefinedReason baselineNorm }`),
      { baseline: run("16bit_r2"), candidate: run("other") },
    );
    expect(errors).toEqual([]);
    const { summary, confounds, layersTotal, layers, all } = data.compareExperiments;
    expect(summary).toEqual({ comparedLayers: 1, missingLayers: [{ name: "h.2.mlp.c_fc" }] });
    expect(all).toEqual([
      { layer: { name: ATTENTION }, undefinedReason: null, baselineNorm: expect.any(Number) as number },
      { layer: { name: FEED_FORWARD }, undefinedReason: "SHAPES_DIFFER", baselineNorm: null },
      { layer: { name: "h.2.mlp.c_fc" }, undefinedReason: "WEIGHTS_MISSING", baselineNorm: null },
    ]);
    expect(layersTotal).toBe(3);
    expect(layers.map((row: { layer: { name: string } }) => row.layer.name)).toEqual([ATTENTION]);
    const kinds = confounds.map(({ kind }: { kind: string }) => kind);
    expect(kinds).toEqual(
      expect.arrayContaining(["DIFFERENT_BASE_MODEL", "UNEQUAL_STEPS", "DORA_DIRECTION_ONLY", "UNCOMPARED_TENSORS"]),
    );
  });

  test("differ in metrics and settings, which need no weights", async () => {
    const { data, errors } = await execute(
      compare(`baseline { name } candidate { name } baselineCheckpoint { step } candidateCheckpoint { step }
        metricDeltas { metric baseline candidate absolute percent reason } configDifferences { field baseline candidate }`),
      { baseline: run("16bit_r2"), candidate: run("4bit_r2") },
    );
    expect(errors).toEqual([]);
    expect(data.compareExperiments).toMatchObject({
      baseline: { name: "16bit_r2" },
      candidateCheckpoint: { step: 1000 },
      metricDeltas: [
        {
          metric: "peak_memory_mb",
          baseline: 100,
          candidate: null,
          percent: null,
          reason: "The candidate has no value.",
        },
        { metric: "training_loss", baseline: 2, candidate: 2.1, percent: expect.closeTo(5, 9) as number, reason: null },
      ],
    });
    expect(data.compareExperiments.configDifferences).toContainEqual({ field: "alpha", baseline: "8", candidate: "4" });
    expect(weights.requests).toEqual([]);
  });

  test("one of which has no weights have nothing to compare, and the reason is stated", async () => {
    const { data, errors } = await execute(
      compare(`candidateCheckpoint { step } summary { meanCosineSimilarity comparedLayers missingLayers { name } computed { provider } }
        confounds { kind }`),
      { baseline: run("16bit_r2"), candidate: run("16bit_r9") },
    );
    expect(errors).toEqual([]);
    expect(data.compareExperiments).toEqual({
      candidateCheckpoint: null,
      summary: {
        meanCosineSimilarity: null,
        comparedLayers: 0,
        missingLayers: [{ name: ATTENTION }, { name: FEED_FORWARD }],
        computed: null,
      },
      confounds: [{ kind: "WEIGHTS_MISSING" }, { kind: "UNEQUAL_RANKS" }],
    });
    expect(weights.requests).toEqual([]);
  });

  test("can be neighbouring checkpoints of one run", async () => {
    const { data, errors } = await execute(
      compare(
        "baselineCheckpoint { step } candidateCheckpoint { step } summary { minCosineSimilarity }",
        `baselineCheckpoint: "${one.checkpoints["4bit_r2/900"]}"`,
      ),
      { baseline: run("4bit_r2"), candidate: run("4bit_r2") },
    );
    expect(errors).toEqual([]);
    expect(data.compareExperiments).toMatchObject({
      baselineCheckpoint: { step: 900 },
      candidateCheckpoint: { step: 1000 },
    });
    expect(data.compareExperiments.summary.minCosineSimilarity).toBeGreaterThan(0.9999);
    expect(data.compareExperiments.summary.minCosineSimilarity).toBeLessThan(1);
  });

  test("that are the same run have exactly cosine 1 and distance 0", async () => {
    const { data } = await execute(compare("layers { cosineSimilarity l2Distance relativeDifference }"), {
      baseline: run("4bit_r2"),
      candidate: run("4bit_r2"),
    });
    const same = { cosineSimilarity: 1, l2Distance: 0, relativeDifference: 0 };
    expect(data.compareExperiments.layers).toEqual([same, same]);
  });

  test("have subspaces, left and right as the base model stores the weight, for the requested directions", async () => {
    const { data, errors } = await execute(
      compare(`layers { layer { name } subspaceSimilarity(baselineDirections: 1, candidateDirections: 3) {
        left right expectedRandom expectedRandomLeft expectedRandomRight baselineDirections candidateDirections
        leftPrincipalAngles rightPrincipalAngles leftGrid rightGrid undefinedReason job { id } ${COMPUTED} } }`),
      { baseline: run("16bit_r2"), candidate: run("16bit_r3") },
    );
    expect(errors).toEqual([]);
    for (const row of data.compareExperiments.layers as { layer: { name: string }; subspaceSimilarity: never }[]) {
      const [left, right] = [
        layerOf(ONE, "16bit_r2", 1000, row.layer.name),
        layerOf(ONE, "16bit_r3", 1000, row.layer.name),
      ];
      const transposed = left.transposed ?? false;
      const shape = { inFeatures: 6, outFeatures: left.b.length, transposed };
      const { leftGrid, rightGrid, job, computed, ...found } = row.subspaceSimilarity as Record<string, never>;
      expect(found).toEqual(subspaceSimilarity(denseSubspaceFacts(left, right), shape, { baseline: 1, candidate: 3 }));
      expect([leftGrid?.[0]?.[2], rightGrid?.[0]?.[2]]).toEqual([found.left, found.right]);
      expect(found.expectedRandomLeft).toBe(3 / (transposed ? 6 : left.b.length));
      expect({ job, computed }).toMatchObject({ job: null, computed: { provider: "cpu", seconds: 0.25 } });
    }
    const refused = await execute(compare("layers { subspaceSimilarity(baselineDirections: 0) { left } }"), {
      baseline: run("16bit_r2"),
      candidate: run("16bit_r3"),
    });
    expect(refused.errors[0]).toContain("at baselineDirections; received 0; allowed: 1 or more");
  });

  test("one of which is an untrained adapter have no direction and no subspaces", async () => {
    const { data } = await execute(
      compare(
        "layers { cosineSimilarity l2Distance undefinedReason subspaceSimilarity { left leftGrid undefinedReason } }",
      ),
      { baseline: run("untrained"), candidate: run("untrained") },
    );
    expect(data.compareExperiments.layers).toEqual([
      {
        cosineSimilarity: null,
        l2Distance: 0,
        undefinedReason: "ZERO_UPDATE",
        subspaceSimilarity: { left: null, leftGrid: [], undefinedReason: "ZERO_UPDATE" },
      },
    ]);
  });

  test("have q, k and v of the fused projection, and the reason why the other layer has none", async () => {
    const { data, errors } = await execute(
      compare(
        `layers { parts { name from to ${SIMILARITY.replace("initialCosine", "")} job { id } ${COMPUTED} } partsReason }`,
      ),
      { baseline: run("16bit_r2"), candidate: run("4bit_r2") },
    );
    expect(errors).toEqual([]);
    const [fused, plain] = data.compareExperiments.layers;
    const [left, right] = [layerOf(ONE, "16bit_r2", 1000, ATTENTION), layerOf(ONE, "4bit_r2", 1000, ATTENTION)];
    const rows = (layer: StoredLayer, from: number, to: number) => ({ ...layer, b: layer.b.slice(from, to) });
    expect(fused.partsReason).toBeNull();
    expect(fused.parts).toHaveLength(3);
    fused.parts.forEach((part: Record<string, unknown>, i: number) => {
      const { initialCosine: _, ...expected } = similarity(rows(left, 6 * i, 6 * i + 6), rows(right, 6 * i, 6 * i + 6));
      expect(part).toMatchObject({ name: "qkv"[i], from: 6 * i, to: 6 * i + 6, ...expected, job: null });
      expect(part["computed"]).toMatchObject({ provider: "cpu" });
    });
    expect(plain).toEqual({ parts: [], partsReason: "The layer is not a fused projection with a known layout." });
  });

  test.each([
    ["an experiment that is not there", { baseline: "none" }, "", 'at baseline; received "none"'],
    ["a checkpoint of another run", {}, 'baselineCheckpoint: "x"', 'at baselineCheckpoint; received "x"'],
    ["a wait that is too long", {}, "waitSeconds: 61", "at waitSeconds; received 61; allowed: 0 to 60"],
  ])("%s is rejected by name", async (_, variables, rest, message) => {
    const all = { baseline: run("16bit_r2"), candidate: run("4bit_r2"), ...variables };
    const { errors, data } = await execute(compare("layersTotal", rest), all);
    expect(errors[0]).toContain(message);
    expect(data).toEqual({ compareExperiments: null });
  });
});

describe("all pairs", () => {
  const matrix = (measure: string, fields: string, rest = "") =>
    `query($ids: [ID!]!) { similarityMatrix(experiments: $ids, measure: ${measure} ${rest}) { ${fields} } }`;
  const all = () => [run("16bit_r2"), run("4bit_r2"), run("other"), run("untrained")];

  test("of four runs are one request, and each value belongs to its pair", async () => {
    const { data, errors } = await execute(
      matrix(
        "COSINE",
        `experiments { name } measure scaling values comparedLayers undefinedReasons jobs { id } perLayer { layer { name } values undefinedReasons } ${COMPUTED}`,
      ),
      { ids: all() },
    );
    expect(errors).toEqual([]);
    expect(weights.requests).toMatchObject([{ kind: "COMPARISON" }]);
    const found = data.similarityMatrix;
    expect(found.experiments.map(({ name }: { name: string }) => name)).toEqual([
      "16bit_r2",
      "4bit_r2",
      "other",
      "untrained",
    ]);
    const [attention, feedForward] = found.perLayer;
    const layers = [
      layerOf(ONE, "16bit_r2", 1000, ATTENTION),
      layerOf(ONE, "4bit_r2", 1000, ATTENTION),
      layerOf(TWO, "other", 500, ATTENTION),
      layerOf(TWO, "untrained", 0, ATTENTION),
    ];
    expect(attention.layer.name).toBe(ATTENTION);
    layers.forEach((left, i) =>
      layers.forEach((right, j) => {
        const expected =
          i === j && i < 3
            ? 1
            : similarity(layers[Math.min(i, j)] ?? left, layers[Math.max(i, j)] ?? right).cosineSimilarity;
        expect(attention.values[i][j]).toBe(expected);
        expect(attention.undefinedReasons[i][j]).toBe(expected === null ? "ZERO_UPDATE" : null);
      }),
    );
    expect(feedForward.undefinedReasons[0]).toEqual([null, null, "SHAPES_DIFFER", "WEIGHTS_MISSING"]);
    const both = [attention, feedForward].map(({ values }: { values: number[][] }) => values[0]?.[1] ?? NaN);
    expect(found.values[0][1]).toBeCloseTo(((both[0] ?? NaN) + (both[1] ?? NaN)) / 2, 15);
    expect(found.comparedLayers[0]).toEqual([2, 2, 1, 0]);
    expect(found.values[2][0]).toBe(attention.values[2][0]);
    expect(found.jobs).toEqual([]);
    expect(found.computed).toMatchObject({ provider: "cpu", precision: "float64", cached: false, fallback: null });
  });

  test("have a difference relative to the row's run, in either scaling", async () => {
    const { data } = await execute(matrix("RELATIVE_DIFFERENCE", "perLayer { values }"), {
      ids: [run("16bit_r2"), run("4bit_r2")],
    });
    const [left, right] = [layerOf(ONE, "16bit_r2", 1000, ATTENTION), layerOf(ONE, "4bit_r2", 1000, ATTENTION)];
    const { values } = data.similarityMatrix.perLayer[0];
    expect(values[0]).toEqual([0, similarity(left, right).relativeDifference]);
    expect(values[1][0]).toBeCloseTo(similarity(right, left).relativeDifference ?? NaN, 12);
    expect(values[1][1]).toBe(0);
  });

  test("can be of one run; too many, none and unknown runs are rejected by name", async () => {
    const single = await execute(matrix("L2", "values"), { ids: [run("16bit_r2")] });
    expect(single.data.similarityMatrix.values).toEqual([[0]]);
    const id = "01900000-0000-7000-8000-000000000000";
    const unknown = await execute(matrix("L2", "values"), { ids: [run("16bit_r2"), id, "x"] });
    expect(unknown.errors[0]).toContain(`at experiments; received "${id}", "x"`);
    for (const count of [0, 65]) {
      const { errors } = await execute(matrix("L2", "values"), {
        ids: Array.from({ length: count }, () => run("16bit_r2")),
      });
      expect(errors[0]).toContain(`at experiments; received ${count} ids; allowed: 1 to 64`);
    }
  });
});

describe("one run's layers", () => {
  const LAYERS = `layer { name } norm scaling rank singularValues stableRank effectiveRank utilisation k90 undefinedReason job { id } ${COMPUTED}`;

  test.each(["ADAPTER", "NONE"] as const)("have their properties, scaling %s", async (scaling) => {
    const { data, errors } = await execute(
      `query($id: ID!) { experiment(id: $id) { layers(scaling: ${scaling}) { ${LAYERS} } } }`,
      { id: run("4bit_r2") },
    );
    expect(errors).toEqual([]);
    expect(data.experiment.layers).toHaveLength(2);
    for (const { layer, computed, job, rank, scaling: own, ...found } of data.experiment.layers) {
      const stored = layerOf(ONE, "4bit_r2", 1000, layer.name);
      expect(found).toEqual(spectrum(denseSpectrumFacts(stored), scaling === "NONE" ? 1 : stored.scaling));
      expect({ rank, own, job }).toEqual({ rank: 2, own: stored.scaling, job: null });
      expect(computed).toMatchObject({ provider: "cpu", precision: "float64", seconds: 0.25, fallback: null });
    }
  });

  test("belong to the requested checkpoint, and another run's checkpoint is rejected", async () => {
    const layers = (checkpoint: string | undefined) =>
      execute(`query($id: ID!) { experiment(id: $id) { layers(checkpoint: "${checkpoint}") { norm } } }`, {
        id: run("4bit_r2"),
      });
    const { data } = await layers(one.checkpoints["4bit_r2/900"]);
    const stored = layerOf(ONE, "4bit_r2", 900, ATTENTION);
    expect(data.experiment.layers[0].norm).toBe(spectrum(denseSpectrumFacts(stored), stored.scaling).norm);
    expect((await layers(one.checkpoints["16bit_r2/1000"])).errors[0]).toContain("at checkpoint; received");
  });

  test("without weights are the study's layers, with the reason; a zero update has no rank", async () => {
    const query = `query($id: ID!) { experiment(id: $id) { layers { layer { name } rank norm singularValues stableRank undefinedReason computed { provider } } } }`;
    const none = {
      rank: null,
      norm: null,
      singularValues: [],
      stableRank: null,
      undefinedReason: "WEIGHTS_MISSING",
      computed: null,
    };
    expect((await execute(query, { id: run("16bit_r9") })).data.experiment.layers).toEqual([
      { layer: { name: ATTENTION }, ...none },
      { layer: { name: FEED_FORWARD }, ...none },
    ]);
    expect((await execute(query, { id: run("untrained") })).data.experiment.layers).toMatchObject([
      { rank: 2, norm: 0, singularValues: [0, 0], stableRank: null, undefinedReason: "ZERO_UPDATE" },
    ]);
  });
});

describe("pairs of seeds", () => {
  const STUDY = `query { study(slug: "seeds") {
    weightSimilarity(rank: 2) {
      baseline { name } mean min max jobs { id }
      overSeeds { pairs available mean standardDeviation interval { low high } reason }
      layers { layer { name } cosineSimilarity overSeeds { pairs mean standardDeviation min max } } }
    layerSensitivity(rank: 2) { layer { name } score undefinedReason overSeeds { pairs } }
    sensitivityMap { seedPairs { rank pairs available reason } layers { values standardDeviations } }
    hypotheses { id verdict certainty because evidence { label value } }
  } }`;
  const names = [ATTENTION, FEED_FORWARD];
  /** Seeds 1 to 3 start from equal A; at seed 4 baseline and candidate start from different A. */
  const layersOf = (bits: number, seed: number): readonly StoredLayer[] => {
    const nudge = bits === 4 ? 0.02 * seed : 0;
    return [attention(0, 2, seed), feedForward(1, 2, seed)].map((layer) => ({
      ...layer,
      a: bits === 4 && seed === 4 ? attention(0, 2, 40).a : layer.a,
      b: layer.b.map((row, i) => row.map((value, j) => Math.fround(value + nudge * Math.sin(3 * i + 7 * j + seed)))),
    }));
  };
  let stored: StoredIds;

  beforeAll(async () => {
    const runs = [16, 4].flatMap((bits) =>
      [1, 2, 3, 4].map((seed) => ({
        name: `${bits}bit_r2_s${seed}`,
        bits,
        rank: 2,
        seed,
        metrics: { training_loss: 2 },
        checkpoints: { 1000: layersOf(bits, seed) },
      })),
    );
    stored = await storedStudy(fresh.database, folder, "seeds", runs);
  });

  test("give the mean and the spread of every layer, and a pair with different starts is left out with its reason", async () => {
    const { data, errors } = await execute(STUDY);
    expect(errors).toEqual([]);
    const cosines = names.map((_, layer) =>
      [1, 2, 3].map((seed) => {
        const [left, right] = [layersOf(16, seed)[layer], layersOf(4, seed)[layer]];
        return (left && right && similarity(left, right).cosineSimilarity) ?? NaN;
      }),
    );
    const { weightSimilarity, layerSensitivity, sensitivityMap, hypotheses } = data.study;
    expect(weightSimilarity.baseline.name).toBe("16bit_r2_s1");
    names.forEach((name, i) => {
      const values = cosines[i] ?? [];
      const mean = values.reduce((sum, value) => sum + value, 0) / 3;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2;
      const row = weightSimilarity.layers.find(({ layer }: { layer: { name: string } }) => layer.name === name);
      expect(row.cosineSimilarity).toBeCloseTo(values[0] ?? NaN, 12);
      expect(row.overSeeds).toEqual({
        pairs: 3,
        mean: expect.closeTo(mean, 12),
        standardDeviation: expect.closeTo(Math.sqrt(variance), 12),
        min: expect.closeTo(Math.min(...values), 12),
        max: expect.closeTo(Math.max(...values), 12),
      });
      const sensitivity = layerSensitivity.find(({ layer }: { layer: { name: string } }) => layer.name === name);
      expect(sensitivity).toMatchObject({ score: expect.closeTo(1 - mean, 12) as number, overSeeds: { pairs: 3 } });
    });
    const reason = "The runs of seed 4 are left out: they started from different A.";
    expect(weightSimilarity.overSeeds).toMatchObject({ pairs: 3, available: 4, reason });
    expect(weightSimilarity.mean).toBeCloseTo(cosines.flat().reduce((sum, value) => sum + value, 0) / 6, 12);
    expect(sensitivityMap.seedPairs).toEqual([{ rank: 2, pairs: 3, available: 4, reason }]);
    expect(sensitivityMap.layers[0].standardDeviations).toEqual([expect.any(Number)]);
    expect(hypotheses[0]).toMatchObject({ verdict: "SUPPORTED", certainty: "INTERVAL" });
    expect(hypotheses[0].because).toContain(reason);
    expect(hypotheses[0].evidence[0].label).toMatch(/3 pairs of seeds, standard deviation/);
  });

  test("give no mean while one of them is pending, instead of the mean of the others", async () => {
    weights.instead.set(stored.factors[`4bit_r2_s3/1000/${FEED_FORWARD}`] ?? "", {
      pending: "01900000-0000-7000-8000-00000000000b",
    });
    const { data } = await execute(STUDY);
    const { weightSimilarity, layerSensitivity, hypotheses } = data.study;
    expect(weightSimilarity).toMatchObject({ mean: null, overSeeds: { pairs: 2, mean: null } });
    expect(weightSimilarity.layers[1]).toMatchObject({
      cosineSimilarity: expect.any(Number) as number,
      overSeeds: { mean: null },
    });
    expect(layerSensitivity[1]).toMatchObject({
      layer: { name: FEED_FORWARD },
      score: null,
      undefinedReason: "PENDING",
    });
    expect(hypotheses[0]).toMatchObject({ verdict: "INCONCLUSIVE" });
    expect(hypotheses[0].because).toContain("still being compared");
  });
});

describe("results that are not computed yet", () => {
  const JOB = "01900000-0000-7000-8000-00000000000a";
  beforeAll(async () => {
    await fresh.database.sql`insert into job (id, kind, status, total) values (${JOB}, 'COMPUTE', 'QUEUED', 3)`;
  });
  beforeEach(() => {
    weights.instead.set(one.factors[`4bit_r2/1000/${FEED_FORWARD}`] ?? "", { pending: JOB });
  });

  test("are null with the reason and the job in every field, and never an error", async () => {
    const pending = "undefinedReason undefinedDetail job { id kind status total } computed { provider }";
    const { data, errors } = await execute(
      `query($left: ID!, $right: ID!) {
        compareExperiments(baseline: $left, candidate: $right) {
          summary { meanCosineSimilarity comparedLayers jobs { id } } confounds { kind message }
          layers { layer { name } cosineSimilarity ${pending} subspaceSimilarity { left ${pending} } }
        }
        similarityMatrix(experiments: [$left, $right]) { values undefinedReasons jobs { id } perLayer { values } }
        experiment(id: $right) { layers { layer { name } norm singularValues ${pending} } }
        study(slug: "one") {
          weightSimilarity(rank: 2) { mean meetsThreshold jobs { id status } layers { cosineSimilarity ${pending} } }
          layerSensitivity(rank: 2) { layer { name } score position ${pending} }
          hypotheses { id verdict because }
          failureModes { kind cause }
          diagnosticSummary(rank: 2) { meanCosineSimilarity jobs { id } }
        }
      }`,
      { left: run("16bit_r2"), right: run("4bit_r2") },
    );
    expect(errors).toEqual([]);
    const job = { id: JOB, kind: "COMPUTE", status: "QUEUED", total: 3 };
    const reason = { undefinedReason: "PENDING", undefinedDetail: null, job, computed: null };
    const { compareExperiments, similarityMatrix, experiment, study } = data;
    expect(compareExperiments.summary).toEqual({ meanCosineSimilarity: null, comparedLayers: 1, jobs: [{ id: JOB }] });
    expect(compareExperiments.confounds[0]).toMatchObject({
      kind: "WEIGHTS_PENDING",
      message: expect.stringContaining(JOB) as string,
    });
    expect(compareExperiments.layers[0].cosineSimilarity).toEqual(expect.any(Number));
    expect(compareExperiments.layers[1]).toEqual({
      layer: { name: FEED_FORWARD },
      cosineSimilarity: null,
      ...reason,
      subspaceSimilarity: { left: null, ...reason },
    });
    expect(similarityMatrix).toMatchObject({
      values: [
        [1, null],
        [null, null],
      ],
      undefinedReasons: [
        [null, "PENDING"],
        ["PENDING", "PENDING"],
      ],
      jobs: [{ id: JOB }],
    });
    expect(similarityMatrix.perLayer[0].values[0][1]).toEqual(expect.any(Number));
    expect(experiment.layers[1]).toEqual({ layer: { name: FEED_FORWARD }, norm: null, singularValues: [], ...reason });
    expect(study.weightSimilarity).toMatchObject({
      mean: null,
      meetsThreshold: null,
      jobs: [{ id: JOB, status: "QUEUED" }],
    });
    expect(study.weightSimilarity.layers[1]).toEqual({ cosineSimilarity: null, ...reason });
    expect(study.layerSensitivity).toMatchObject([
      { layer: { name: ATTENTION }, score: expect.any(Number) as number, position: null, undefinedReason: null },
      { layer: { name: FEED_FORWARD }, score: null, position: null, ...reason },
    ]);
    const [h1, h2] = study.hypotheses;
    for (const hypothesis of [h1, h2]) {
      expect(hypothesis.verdict).toBe("INCONCLUSIVE");
      expect(hypothesis.because).toContain(JOB);
    }
    expect(study.failureModes).toContainEqual({
      kind: "WEIGHTS_PENDING",
      cause: expect.stringContaining(JOB) as string,
    });
    expect(study.diagnosticSummary).toEqual({ meanCosineSimilarity: null, jobs: [{ id: JOB }] });
  });

  test.each([
    ["WEIGHTS_CHANGED", "UNREADABLE"],
    ["WEIGHTS_UNREACHABLE", "UNREADABLE"],
    ["COMPUTE_FAILED", "COMPUTE_FAILED"],
  ] as const)("that failed with %s are %s, with its message", async (code, reason) => {
    weights.instead.set(one.factors[`4bit_r2/1000/${FEED_FORWARD}`] ?? "", { failed: "what went wrong", code });
    const { data, errors } = await execute(
      `{ study(slug: "one") { weightSimilarity(rank: 2) { mean comparedLayers layers { undefinedReason undefinedDetail job { id } } } } }`,
    );
    expect(errors).toEqual([]);
    const { mean, comparedLayers, layers } = data.study.weightSimilarity;
    expect({ mean, comparedLayers }).toEqual({ mean: expect.any(Number) as number, comparedLayers: 1 });
    expect(layers[1]).toEqual({ undefinedReason: reason, undefinedDetail: "what went wrong", job: null });
  });

  test("are awaited for the argument's or the setting's time from the start of the request, at most until its end", async () => {
    const { errors } = await execute(
      `{ study(slug: "one") { short: weightSimilarity(rank: 2, waitSeconds: 0) { mean } long: weightSimilarity(rank: 2) { mean } } }`,
    );
    expect(errors).toEqual([]);
    const [short, long] = weights.requests
      .map(({ request: { waitMilliseconds } }) => waitMilliseconds)
      .sort((a, b) => a - b);
    expect(short).toBe(0);
    expect(long).toBeGreaterThan(0);
    expect(long).toBeLessThan(60_000);
    for (const { request } of weights.requests) {
      expect(request.urgency).toBe("INTERACTIVE");
      expect(request.signal).toBeInstanceOf(AbortSignal);
    }
  });
});

test("of one query are requested together from all fields, and each pair once", async () => {
  const { errors } = await execute(
    `query($left: ID!, $right: ID!) {
      study(slug: "one") {
        two: weightSimilarity(rank: 2) { mean } three: weightSimilarity(rank: 3) { mean }
        hypotheses { verdict } failureModes { kind } layerSensitivity(rank: 2) { score } diagnosticSummary(rank: 3) { meanCosineSimilarity }
        experiments { nodes { layers { norm } } }
      }
      compareExperiments(baseline: $left, candidate: $right) { summary { meanCosineSimilarity } confounds { kind } }
      similarityMatrix(experiments: [$left, $right]) { values }
      experiment(id: $left) { layers { stableRank } }
    }`,
    { left: run("16bit_r2"), right: run("4bit_r2") },
  );
  expect(errors).toEqual([]);
  // Two pairs of rank 2 and two of rank 3, the matrix's diagonal (two runs of two layers), and the two checkpoints of
  // 4bit_r2, which are a noise floor.
  expect(weights.requests.map(({ kind, count }) => [kind, count]).sort()).toEqual([
    ["COMPARISON", 10],
    ["SPECTRUM", 8],
  ]);
});
