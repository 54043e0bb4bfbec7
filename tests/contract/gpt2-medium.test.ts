import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { contractOperation } from "../support/contract-operation.js";
import { publicStudyServer } from "../support/public-study-server.js";
import { published } from "../support/published-figures.js";
import { query, rankscope } from "../support/rankscope.js";
import { GPT2_STUDY, missingSharedStudy, PUBLISHED } from "../support/shared-study.js";

const missing = missingSharedStudy();
if (missing !== undefined) console.warn(missing);

interface Layer {
  layer: { name: string; index: number; module: string };
  cosineSimilarity: number;
  l2Distance: number;
  relativeDifference: number;
  undefinedReason: string | null;
}

describe.skipIf(missing !== undefined)("the public gpt2-medium study", () => {
  const slug = "gpt2-medium-alpaca";
  const server = publicStudyServer({ RANKSCOPE_IMPORT_ROOTS: path.dirname(GPT2_STUDY) });
  // The shape of the result depends on the contract's operation.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  let study: any;

  beforeAll(async () => {
    // On a busy machine the weights may take longer than a request may wait, so the operation is sent until none is pending.
    do {
      const answer = await query(server.address, contractOperation("Diagnose"), { slug });
      expect(answer.errors).toBeUndefined();
      study = answer.data.study;
    } while (JSON.stringify(study).includes("PENDING"));
  }, 300_000);

  test("has 8 experiments, 4 ranks and 24 layers, with weights at r = 2, 4 and 8", () => {
    expect(study.experiments.totalCount).toBe(8);
    expect(study.baseModel).toBe("gpt2-medium");
    expect(study.ranks.map(({ r }: { r: number }) => r)).toEqual([2, 4, 8, 16]);
    expect(study.weightSimilarity.layers).toHaveLength(24);
    const weights = study.experiments.nodes.map(({ name, hasWeights }: { name: string; hasWeights: boolean }) => [
      name,
      hasWeights,
    ]);
    expect(weights).toEqual([
      ["16bit_r2", true],
      ["4bit_r2", true],
      ["16bit_r4", true],
      ["4bit_r4", true],
      ["16bit_r8", true],
      ["4bit_r8", true],
      ["16bit_r16", false],
      ["4bit_r16", false],
    ]);
  });

  test("keeps the pickles' full precision, and reports where the tables rounded values", async () => {
    const run = study.experiments.nodes.find(({ name }: { name: string }) => name === "16bit_r8");
    expect(run).toMatchObject({
      method: "LORA",
      quantization: { label: "16bit", bits: 16, scheme: null },
      rank: { r: 8 },
      trainingLoss: 1.973717908859253,
      peakMemoryMb: 11632.17138671875,
      timePerStepSeconds: 1.0023322780132293,
      trainingTimeSeconds: 1002.3322780132294,
      steps: 1000,
      numSamples: 5000,
    });
    expect(run.evalLoss).toBeCloseTo(1.8091993, 7);
    expect(study.experiments.nodes[5]).toMatchObject({
      method: "QLORA",
      quantization: { label: "4bit", bits: 4, scheme: "nf4" },
    });
    expect(await server.imported()).toMatch(/baseline_lora_results\.csv.*round/i);
  });

  test("returns the published degradations to the last digit", () => {
    const byRank = study.ranks.map(({ r, degradation }: { r: number; degradation: { percent: number } }) => [
      String(r),
      degradation.percent,
    ]);
    expect(Object.fromEntries(byRank)).toEqual(published().degradationPercent);
    expect(study.ranks[0].degradation).toMatchObject({ acceptable: true, verdict: "ACCEPTABLE", interval: null });
    expect(study.minimumViableRank).toMatchObject({
      rank: published().minimumViableRank,
      bound: "AT_MOST",
      leastAcceptableRank: 2,
    });
  });

  test("returns the published similarities of the layers", () => {
    const layers = study.weightSimilarity.layers as Layer[];
    for (const [name, { cosine, l2, relativeDifference }] of Object.entries(
      published().weightSimilarityRank8Unscaled,
    )) {
      const found = layers.find(({ layer }) => layer.name === name);
      // Published values are computed in float32 and printed to 7 and 4 digits.
      expect(found?.cosineSimilarity).toBeCloseTo(cosine, 6);
      expect(found?.l2Distance).toBeCloseTo(l2, 4);
      expect(found?.relativeDifference).toBeCloseTo(relativeDifference, 4);
    }
    expect(layers[12]).toMatchObject({ layer: { index: 12, module: "attn.c_attn" }, undefinedReason: null });
    expect(study.weightSimilarity).toMatchObject({ threshold: 0.95, meetsThreshold: false });
  });

  test("returns the published diagnostic summary", () => {
    const { memoryMb, timePerStepSeconds, memoryReductionPercentRank8 } = published();
    expect(study.diagnosticSummary).toMatchObject({
      baselineMemoryMb: memoryMb.lora_r8,
      candidateMemoryMb: memoryMb.qlora_r8,
      memoryReductionPercent: memoryReductionPercentRank8,
      baselineTimePerStepSeconds: timePerStepSeconds.lora_r8,
      candidateTimePerStepSeconds: timePerStepSeconds.qlora_r8,
      meanTokenMatch: null,
    });
    expect(study.diagnosticSummary.speedup).toBeCloseTo(0.69, 2);
  });

  test("rejects H1 and names the rank whose runs started from different A", () => {
    const [h1, , h3] = study.hypotheses;
    expect(h1).toMatchObject({ id: "H1", verdict: "REJECTED" });
    expect(h1.confounds).toContainEqual(expect.objectContaining({ kind: "INDEPENDENT_INITIALISATION", ranks: [2] }));
    expect(h3).toMatchObject({ id: "H3", verdict: "PARTIALLY_SUPPORTED" });
  });

  test("reports that r = 2 is not comparable, and which noise floor exists", () => {
    const [h1, , h3] = study.hypotheses;
    expect(h1.because).toBe(
      "Mean cosine is at most 0.95 at every comparable rank (4, 8). r = 2 (mean 0.2955) is not comparable: " +
        "its runs started from different A (cosine 0.03).",
    );
    const floor = h1.evidence.find(({ label }: { label: string }) => label.includes("16bit_r8, step 900 against 1000"));
    expect(floor).toMatchObject({ value: expect.closeTo(0.9998743690695197, 12) as number, unit: "cosine" });
    const noise = h1.confounds.find(({ kind }: { kind: string }) => kind === "NOISE_FLOOR");
    expect(noise.message).toContain("No configuration has two runs: the only noise floor is that of neighbouring");
    const scale = h3.confounds.find(({ kind }: { kind: string }) => kind === "RANK_AND_STEP_SCALE");
    expect(scale).toMatchObject({
      ranks: [2, 4, 8, 16],
      message: expect.stringContaining("from 8 at r = 2") as string,
    });
    const kinds = [...h1.confounds, ...h3.confounds].map(({ kind }: { kind: string }) => kind);
    // Baseline and candidate were trained alike, and their losses agree.
    expect(kinds.filter((kind: string) => /UNEQUAL|DIFFERENT|LOSSES|MIXED|BASE_WEIGHTS/.test(kind))).toEqual([]);
  });

  test("reaches the notebook's conclusions by the notebook's rules", async () => {
    const { data: answer } = await query(
      server.address,
      `query($slug: String!) { study(slug: $slug) {
        hypotheses(rules: NOTEBOOK) { id verdict because evidence { value } }
        minimumViableRank(rules: NOTEBOOK) { rank reason } failureModes(rules: NOTEBOOK) { kind symptom } } }`,
      { slug },
    );
    const { hypotheses, minimumViableRank, failureModes } = answer.study;
    const { meanCosineOfThoseThree } = JSON.parse(readFileSync(PUBLISHED, "utf8"));
    expect(hypotheses[0].evidence[0].value).toBeCloseTo(meanCosineOfThoseThree, 6);
    expect(hypotheses[0]).toMatchObject({
      verdict: "REJECTED",
      because: expect.stringContaining(
        "layers 0, 12, 23 at r = 8 is 0.8928. The threshold (0.95) is not met",
      ) as string,
    });
    expect(minimumViableRank).toMatchObject({ rank: 2, reason: expect.stringContaining("r* = 2") as string });
    expect(failureModes).toEqual([
      { kind: "WEIGHT_DIVERGENCE", symptom: "The cosine similarity is 0.8928, below 0.95." },
    ]);
  });

  test("predicts memory, and refuses to predict a degradation without a trend", async () => {
    const { data: answer } = await query(
      server.address,
      `query($slug: String!) { study(slug: $slug) { rankTrends(ranks: [32, 64]) {
        quantity rSquared refusedBecause predictions { rank value interval { low high } refusedBecause } } } }`,
      { slug },
    );
    const [, candidate, degradation] = answer.study.rankTrends;
    // The slope is 1.161 MB per rank, from NumPy's polyfit on the table's figures.
    expect(candidate.predictions[0].value).toBeCloseTo(3319.7836, 3);
    expect(candidate.predictions[1]).toMatchObject({ rank: 64, value: null });
    expect(degradation).toMatchObject({ predictions: [], refusedBecause: expect.stringContaining("8 %") as string });
  });

  test("maps the divergence of updates over the comparable ranks, also of q, k and v, and allocates no ranks by it", async () => {
    const { data: answer } = await query(
      server.address,
      `query($slug: String!) { study(slug: $slug) {
        sensitivityMap { fairRanks leftOut { rank } layers { mean } parts { name mean } }
        layerSensitivity(rank: 4) { layer { index } standsOut }
        rankAllocation(rank: 8) { reason parameters peft } } }`,
      { slug },
    );
    const { sensitivityMap, layerSensitivity, rankAllocation } = answer.study;
    expect(sensitivityMap).toMatchObject({ fairRanks: [4, 8], leftOut: [{ rank: 2 }, { rank: 16 }] });
    expect(sensitivityMap.layers).toHaveLength(24);
    const parts = sensitivityMap.parts as { name: string; mean: number }[];
    expect(parts.map(({ name }) => name)).toEqual(["q", "k", "v"]);
    // v diverges least in this study.
    expect(Math.min(...parts.map(({ mean }) => mean))).toBe(parts[2]?.mean);
    expect(layerSensitivity.filter(({ standsOut }: { standsOut: boolean }) => standsOut)).toEqual([
      { layer: { index: 10 }, standsOut: true },
    ]);
    expect(rankAllocation).toMatchObject({
      reason: expect.stringContaining("is no measure of sensitivity") as string,
      parameters: null,
      peft: null,
    });
  });

  test("recommends the run with the smallest evaluation loss within the budgets", () => {
    expect(study.recommendation).toMatchObject({ experiment: { name: "4bit_r16" }, rank: { r: 16 } });
    expect(study.recommendation.alternatives).toHaveLength(7);
  });

  test("has the eight curves of loss, eval_loss, grad_norm and learning_rate", async () => {
    const answer = await query(
      server.address,
      `query($slug: String!) { study(slug: $slug) { experiments { nodes {
        name curves checkpoints { step isFinal folders } eval: curve(metric: "eval_loss") { steps values totalPoints sampled }
        few: curve(metric: "loss", maxPoints: 10) { steps totalPoints sampled }
      } } } }`,
      { slug },
    );
    const { nodes } = answer.data.study.experiments;
    expect(nodes).toHaveLength(8);
    for (const { curves, eval: evalLoss, few } of nodes) {
      expect(curves).toEqual(expect.arrayContaining(["loss", "eval_loss", "grad_norm", "learning_rate"]));
      expect(evalLoss).toMatchObject({ totalPoints: 20, sampled: false });
      expect(few).toMatchObject({ totalPoints: 100, sampled: true });
      expect(few.steps).toHaveLength(10);
    }
    const { checkpoints } = nodes.find(({ name }: { name: string }) => name === "4bit_r8");
    expect(checkpoints).toMatchObject([
      { step: 900, isFinal: false },
      { step: 1000, isFinal: true },
    ]);
    // checkpoint-1000 and final_model have the same bytes, so they are one checkpoint in two folders.
    expect(checkpoints[1].folders).toHaveLength(2);
  });

  test("computes nothing when a query is repeated", async () => {
    const source = `query($slug: String!) { study(slug: $slug) { weightSimilarity(rank: 8) { computed { provider precision cached seconds } } } }`;
    const { data: answer } = await query(server.address, source, { slug });
    expect(answer.study.weightSimilarity.computed).toMatchObject({
      provider: "cpu",
      precision: "float64",
      cached: true,
    });
  });

  test("changes nothing when the mutation imports it again", async () => {
    const mutation = `mutation Import($input: ImportStudyInput!) { importStudy(input: $input) { job { id status message } study { slug } } }`;
    const before = await query(server.address, `{ study(slug: "${slug}") { updatedAt } }`);
    const answer = await query(server.address, mutation, { input: { folder: GPT2_STUDY } });
    expect(answer.data.importStudy).toMatchObject({ job: { status: "SUCCEEDED" }, study: { slug } });
    expect(await query(server.address, `{ study(slug: "${slug}") { updatedAt } }`)).toEqual(before);
  });

  test("prints the notebook's summary in the report, from stored results", async () => {
    const { code, stdout, stderr } = await rankscope(["report", slug], server.environment);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const figure of [
      "1.4418",
      "1.3741",
      "1.3325",
      "1.4201",
      "0.8946766",
      "0.8879113",
      "0.8958325",
      "71.70",
      "Minimum viable rank: 2 (AT_MOST)",
      "Hypotheses by the notebook's rules",
      "noise floor: 16bit_r8, step 900 against 1000: 0.999874",
      "Not in the means: r = 2. Its runs started from different A.",
    ]) {
      expect(stdout).toContain(figure);
    }
  });
});
