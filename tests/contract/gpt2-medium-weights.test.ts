import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { contractOperation } from "../support/contract-operation.js";
import { publicStudyServer } from "../support/public-study-server.js";
import { query } from "../support/rankscope.js";
import { missingSharedStudy } from "../support/shared-study.js";

const missing = missingSharedStudy();
if (missing !== undefined) console.warn(missing);

/** Output of scripts/reference-figures/layers.py: NumPy, float64, each dW formed in full and decomposed. */
interface Reference {
  readonly rank: number;
  readonly layers: readonly {
    readonly layer: string;
    readonly baseline: {
      readonly norm: number;
      readonly singularValues: readonly number[];
      readonly stableRank: number;
    };
    readonly left: number;
    readonly right: number;
    readonly leftTwo: number;
    readonly rightTwo: number;
    readonly qkv: readonly { readonly cosine: number; readonly l2: number }[];
  }[];
}

const reference = JSON.parse(
  readFileSync(new URL("../reference-figures/gpt2-medium-alpaca-layers.json", import.meta.url), "utf8"),
) as Reference;

describe.skipIf(missing !== undefined)("the weights of the public gpt2-medium study", () => {
  const server = publicStudyServer();
  const ids = new Map<string, { id: string; checkpoints: { id: string; step: number }[] }>();

  beforeAll(async () => {
    const answer = await query(
      server.address,
      `{ study(slug: "gpt2-medium-alpaca") { experiments { nodes { name id checkpoints { id step } } } } }`,
    );
    for (const { name, ...rest } of answer.data.study.experiments.nodes) ids.set(name, rest);
  });

  const run = (name: string) => ids.get(name)?.id;

  /** Runs an operation of the contract verbatim. */
  async function contract(name: string, variables: Record<string, unknown>) {
    const answer = await query(server.address, contractOperation(name), variables);
    expect(answer.errors).toBeUndefined();
    return answer.data;
  }

  test("the contract's operation Compare: two runs that started from different A", async () => {
    const { compareExperiments } = await contract("Compare", { baseline: run("16bit_r2"), candidate: run("4bit_r2") });
    const { summary, confounds, layers, metricDeltas, configDifferences } = compareExperiments;
    expect(summary).toMatchObject({ comparedLayers: 24, missingLayers: [] });
    expect(summary.meanCosineSimilarity).toBeCloseTo(0.2955385700925433, 12);
    const start = confounds.find(({ kind }: { kind: string }) => kind === "INDEPENDENT_INITIALISATION");
    expect(start).toMatchObject({ severity: "HIGH", message: expect.stringContaining("0.03") as string });
    const cosines = layers.map(({ cosineSimilarity }: { cosineSimilarity: number }) => cosineSimilarity);
    expect(cosines).toHaveLength(5);
    expect(cosines).toEqual([...cosines].sort((left: number, right: number) => left - right));
    expect(cosines[0]).toBe(summary.minCosineSimilarity);
    for (const { subspaceSimilarity } of layers) {
      expect(subspaceSimilarity.left).toBeGreaterThan(0);
      // 2 of the 1024 inputs that the base model stores as rows, and 2 of its 3072 outputs.
      expect(subspaceSimilarity.expectedRandom).toBe(2 / 1024);
    }
    const loss = metricDeltas.find(({ metric }: { metric: string }) => metric === "training_loss");
    expect(loss.percent).toBeCloseTo(1.4418070539533232, 12);
    expect(configDifferences).toContainEqual({ field: "quantization", baseline: "16bit", candidate: "4bit" });
  });

  test("neighbouring checkpoints are the noise floor", async () => {
    const before = ids.get("16bit_r8")?.checkpoints.find(({ step }) => step === 900);
    const answer = await query(
      server.address,
      `query($id: ID!, $checkpoint: ID!) { compareExperiments(baseline: $id, candidate: $id, baselineCheckpoint: $checkpoint) {
        baselineCheckpoint { step } candidateCheckpoint { step } summary { meanCosineSimilarity initialCosine sharedStart } } }`,
      { id: run("16bit_r8"), checkpoint: before?.id },
    );
    expect(answer.errors).toBeUndefined();
    const { summary, ...checkpoints } = answer.data.compareExperiments;
    expect(checkpoints).toEqual({ baselineCheckpoint: { step: 900 }, candidateCheckpoint: { step: 1000 } });
    expect(summary.meanCosineSimilarity).toBeCloseTo(0.9998743690695197, 12);
    expect(summary).toMatchObject({
      sharedStart: true,
      initialCosine: expect.closeTo(0.9999871725147885, 12) as number,
    });
  });

  test("the contract's operation Matrix: all pairs", async () => {
    const names = ["16bit_r2", "4bit_r2", "16bit_r8", "4bit_r8"];
    const { similarityMatrix } = await contract("Matrix", { experiments: names.map(run) });
    const { values, experiments, perLayer, computed } = similarityMatrix;
    expect(experiments.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(perLayer).toHaveLength(24);
    values.forEach((row: number[], i: number) => {
      expect(row[i]).toBe(1);
      row.forEach((value, j) => expect(value).toBe(values[j][i]));
    });
    expect(values[0][1]).toBeCloseTo(0.2955385700925433, 12);
    const first = perLayer.find(
      (entry: { layer: { name: string } }) => entry.layer.name === "transformer.h.0.attn.c_attn",
    );
    expect(first.values[2][3]).toBeCloseTo(0.8946766, 6);
    expect(computed).toMatchObject({
      provider: expect.any(String) as string,
      kernelVersion: expect.any(Number) as number,
    });
    const again = await contract("Matrix", { experiments: names.map(run) });
    expect(again.similarityMatrix).toMatchObject({ values, computed: { cached: true } });
  });

  test("the contract's operation LayerDetail: one run's layers are equal to NumPy's", async () => {
    const { experiment } = await contract("LayerDetail", { experiment: run("16bit_r8") });
    expect(experiment).toMatchObject({ name: "16bit_r8", curve: { steps: expect.any(Array) as number[] } });
    expect(experiment.layers).toHaveLength(24);
    for (const expected of reference.layers) {
      const found = experiment.layers.find((row: { layer: { name: string } }) => row.layer.name === expected.layer);
      const { norm, singularValues, stableRank } = expected.baseline;
      expect(found).toMatchObject({ rank: reference.rank, scaling: 2 });
      expect(Math.abs(found.norm / norm - 1)).toBeLessThan(1e-10);
      expect(found.singularValues).toHaveLength(singularValues.length);
      singularValues.forEach((value, i) => expect(Math.abs(found.singularValues[i] / value - 1)).toBeLessThan(1e-10));
      expect(found.stableRank).toBeCloseTo(stableRank, 9);
      expect(found.effectiveRank).toBeGreaterThan(1);
      expect(found.utilisation).toBeCloseTo(found.effectiveRank / reference.rank, 12);
      expect(found.k90).toBeGreaterThanOrEqual(1);
    }
  });

  test("subspaces and q, k and v agree with NumPy", async () => {
    const answer = await query(
      server.address,
      `query($baseline: ID!, $candidate: ID!) { compareExperiments(baseline: $baseline, candidate: $candidate) { layers {
        layer { name } parts { name cosineSimilarity l2Distance } partsReason
        all: subspaceSimilarity { left right } two: subspaceSimilarity(baselineDirections: 2, candidateDirections: 2) { left right }
      } } }`,
      { baseline: run("16bit_r8"), candidate: run("4bit_r8") },
    );
    expect(answer.errors).toBeUndefined();
    const { layers } = answer.data.compareExperiments;
    for (const expected of reference.layers) {
      const found = layers.find((row: { layer: { name: string } }) => row.layer.name === expected.layer);
      expect(found.all.left).toBeCloseTo(expected.left, 9);
      expect(found.all.right).toBeCloseTo(expected.right, 9);
      expect(found.two.left).toBeCloseTo(expected.leftTwo, 9);
      expect(found.two.right).toBeCloseTo(expected.rightTwo, 9);
      expect(found.partsReason).toBeNull();
      expect(found.parts.map(({ name }: { name: string }) => name)).toEqual(["q", "k", "v"]);
      expected.qkv.forEach(({ cosine, l2 }, i) => {
        expect(found.parts[i].cosineSimilarity).toBeCloseTo(cosine, 11);
        expect(Math.abs(found.parts[i].l2Distance / l2 - 1)).toBeLessThan(1e-10);
      });
    }
  });
});
