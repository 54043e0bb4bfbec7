import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { query, serveRankscope, type RunningRankscope } from "../support/rankscope.js";
import { studyDatabase } from "../support/study-database.js";

// Compares the study that `npm start` imports with float64 NumPy and SciPy (examples/reference-study/reference.py).

interface LayerFigures {
  layer: string;
  initial_cosine: number;
  cosine: number;
  l2: number;
  relative_difference: number;
  baseline_norm: number;
  candidate_norm: number;
}

interface Reference {
  pairs: { baseline: string; candidate: string; mean_cosine: number; layers: LayerFigures[] }[];
  attention_thirds: { baseline: string; candidate: string; layer: string; part: string; cosine: number; l2: number }[];
  spectra: {
    run: string;
    layer: string;
    singular_values: number[];
    stable_rank: number;
    effective_rank: number;
    utilisation: number;
    k90: number;
  }[];
  subspaces: { baseline: string; candidate: string; layer: string; count: number; left: number; right: number }[];
  degradation: {
    metric: string;
    rank: number;
    candidate_bits: number;
    percent: number;
    interval: { low: number; high: number } | null;
    welch: { t: number; p: number; freedom: number } | null;
  }[];
  minimum_rank: { metric: string; candidate_bits: number; threshold_percent: number; rank: number; bound: string }[];
}

const reference = JSON.parse(
  readFileSync(new URL("../reference-figures/reference-study.json", import.meta.url), "utf8"),
) as Reference;
const stored = studyDatabase("reference-study");
let server: RunningRankscope;
let ids: Record<string, string>;

beforeAll(async () => {
  server = await serveRankscope(stored.environment);
  const { experiments } = await study("experiments(first: 100) { nodes { id name } }");
  ids = Object.fromEntries(experiments.nodes.map(({ id, name }: { id: string; name: string }) => [name, id]));
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
});

async function queryServer(source: string, variables: Record<string, unknown> = {}) {
  const answer = await query(server.address, source, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data;
}
const study = async (fields: string) => (await queryServer(`{ study(slug: "reference-study") { ${fields} } }`)).study;
const relative = (value: number, expected: number) => Math.abs(value / expected - 1);
const byLayer = <Row extends { layer: { name: string } }>(rows: readonly Row[]) =>
  new Map(rows.map((row) => [row.layer.name, row]));

const COMPARE = `query($a: ID!, $b: ID!, $n: Int) { compareExperiments(baseline: $a, candidate: $b, waitSeconds: 60) {
  summary { meanCosineSimilarity comparedLayers }
  layers { layer { name } cosineSimilarity initialCosine l2Distance relativeDifference baselineNorm candidateNorm
    parts { name cosineSimilarity l2Distance }
    subspaceSimilarity(baselineDirections: $n, candidateDirections: $n) { left right } } } }`;
const compare = async (baseline: string, candidate: string, directions?: number) =>
  (await queryServer(COMPARE, { a: ids[baseline], b: ids[candidate], n: directions })).compareExperiments;

test.each(reference.pairs)("every layer of $baseline and $candidate agrees", async (pair) => {
  const { summary, layers } = await compare(pair.baseline, pair.candidate);
  expect(summary.comparedLayers).toBe(pair.layers.length);
  expect(Math.abs(summary.meanCosineSimilarity - pair.mean_cosine)).toBeLessThan(1e-12);
  // The shape of the rows depends on the query.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const found = byLayer<any>(layers);
  for (const expected of pair.layers) {
    const layer = found.get(expected.layer);
    expect(Math.abs(layer.cosineSimilarity - expected.cosine)).toBeLessThan(1e-12);
    expect(Math.abs(layer.initialCosine - expected.initial_cosine)).toBeLessThan(1e-12);
    expect(relative(layer.l2Distance, expected.l2)).toBeLessThan(1e-10);
    expect(relative(layer.relativeDifference, expected.relative_difference)).toBeLessThan(1e-10);
    expect(relative(layer.baselineNorm, expected.baseline_norm)).toBeLessThan(1e-10);
    expect(relative(layer.candidateNorm, expected.candidate_norm)).toBeLessThan(1e-10);
  }
});

test("q, k and v of the fused projection agree", async () => {
  for (const expected of reference.attention_thirds) {
    const { layers } = await compare(expected.baseline, expected.candidate);
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const { parts } = byLayer<any>(layers).get(expected.layer);
    const part = parts.find(({ name }: { name: string }) => name === expected.part);
    expect(Math.abs(part.cosineSimilarity - expected.cosine)).toBeLessThan(1e-12);
    expect(relative(part.l2Distance, expected.l2)).toBeLessThan(1e-10);
  }
});

test("singular values and the values derived from them agree", async () => {
  for (const run of new Set(reference.spectra.map((row) => row.run))) {
    const { experiment } = await queryServer(
      `query($id: ID!) { experiment(id: $id) { layers(waitSeconds: 60) {
        layer { name } singularValues stableRank effectiveRank utilisation k90 } } }`,
      { id: ids[run] },
    );
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const layers = byLayer<any>(experiment.layers);
    for (const expected of reference.spectra.filter((row) => row.run === run)) {
      const layer = layers.get(expected.layer);
      expect(layer.singularValues).toHaveLength(expected.singular_values.length);
      const [greatest = NaN] = expected.singular_values;
      expected.singular_values.forEach((value, i) =>
        expect(Math.abs(layer.singularValues[i] - value)).toBeLessThan(1e-12 * greatest),
      );
      expect(relative(layer.stableRank, expected.stable_rank)).toBeLessThan(1e-10);
      expect(relative(layer.effectiveRank, expected.effective_rank)).toBeLessThan(1e-10);
      expect(relative(layer.utilisation, expected.utilisation)).toBeLessThan(1e-10);
      expect(layer.k90).toBe(expected.k90);
    }
  }
});

test("subspaces of the leading directions agree", async () => {
  const expectedPairs = new Map(
    reference.subspaces.map((row) => [`${row.baseline} ${row.candidate} ${row.count}`, row]),
  );
  for (const { baseline, candidate, count } of expectedPairs.values()) {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const layers = byLayer<any>((await compare(baseline, candidate, count)).layers);
    const rows = reference.subspaces.filter(
      (row) => row.baseline === baseline && row.candidate === candidate && row.count === count,
    );
    for (const expected of rows) {
      // The baseline stores weights as GPT-2 does (inputs as rows), so left and right of the stored dW are swapped.
      const { left, right } = layers.get(expected.layer).subspaceSimilarity;
      expect(Math.abs(left - expected.right)).toBeLessThan(1e-9);
      expect(Math.abs(right - expected.left)).toBeLessThan(1e-9);
    }
  }
});

describe.each([4, 8])("%s-bit runs agree with 16-bit runs as in the reference", (bits) => {
  const candidate = `candidate: { quantization: "${bits}bit" }, baseline: { quantization: "16bit", method: LORA }`;

  test.each(["eval_loss", "training_loss"])("degradation of %s by rank agrees", async (metric) => {
    const { ranks, experiments } = await study(
      `ranks { r experiments { id name } } experiments(first: 100) { nodes { id name } }`,
    );
    expect(experiments.nodes).toHaveLength(49);
    // One 16-bit run of rank 8 is rsLoRA, whose method is LORA too, so the plain runs are selected by their ids.
    const plain = experiments.nodes.filter(({ name }: { name: string }) => /^16bit_r\d+_s\d$/.test(name));
    const baseline = `baseline: { experiments: ${JSON.stringify(plain.map(({ id }: { id: string }) => id))} }`;
    const roles = `candidate: { quantization: "${bits}bit" }, ${baseline}, metric: ${metric.toUpperCase()}`;
    const answer = await study(`ranks { r degradation(${roles}) { percent interval { low high } test { t p } } }`);
    expect(answer.ranks).toHaveLength(ranks.length);
    for (const expected of reference.degradation.filter(
      (row) => row.metric === metric && row.candidate_bits === bits,
    )) {
      const { degradation } = answer.ranks.find(({ r }: { r: number }) => r === expected.rank);
      expect(Math.abs(degradation.percent - expected.percent)).toBeLessThan(1e-9);
      if (expected.interval === null) expect(degradation.interval).toBeNull();
      else {
        expect(Math.abs(degradation.interval.low - expected.interval.low)).toBeLessThan(1e-5);
        expect(Math.abs(degradation.interval.high - expected.interval.high)).toBeLessThan(1e-5);
        expect(Math.abs(degradation.test.p - (expected.welch?.p ?? NaN))).toBeLessThan(1e-5);
      }
    }
  });

  test("the minimum viable rank at 5 percent agrees", async () => {
    const rows = reference.minimum_rank.filter((row) => row.candidate_bits === bits && row.threshold_percent === 5);
    expect(rows.length).toBeGreaterThan(0);
    for (const { metric, rank, bound } of rows) {
      const answer = await study(
        `minimumViableRank(metric: ${metric.toUpperCase()}, ${candidate}) { rank bound inconclusiveRanks range { least } }`,
      );
      const { inconclusiveRanks, range, ...found } = answer.minimumViableRank;
      // The reference counts the single run at r = 3 like any other. Here its point estimate is undecided among intervals.
      const ofReference = inconclusiveRanks.join() === "3" ? range.least : found.rank;
      expect({ rank: ofReference, bound: found.bound }).toEqual({ rank, bound });
    }
  });
});
