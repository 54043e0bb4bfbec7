import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { query, rankscope, serveRankscope, type RunningRankscope } from "../support/rankscope.js";
import { FIXTURE_STUDY, missingSharedStudy } from "../support/shared-study.js";
import { studyDatabase } from "../support/study-database.js";

interface Figures {
  l2: number;
  relative_difference: number;
  baseline_norm: number;
  candidate_norm: number;
}

/** Output of scripts/reference-figures/similarity.py: NumPy, float64, each dW formed in full. */
interface Reference {
  ranks: {
    rank: number;
    mean_cosine: number;
    layers: { layer: string; cosine: number; initial_cosine: number; unscaled: Figures; scaled: Figures }[];
  }[];
}

interface Layer {
  layer: { name: string };
  cosineSimilarity: number;
  l2Distance: number;
  relativeDifference: number;
  baselineNorm: number;
  candidateNorm: number;
  initialCosine: number;
}

const SIMILARITY = `query Similarity($slug: String!, $rank: Int!, $scaling: Scaling!) {
  study(slug: $slug) { weightSimilarity(rank: $rank, scaling: $scaling) {
    mean layers { layer { name } cosineSimilarity l2Distance relativeDifference baselineNorm candidateNorm initialCosine }
  } }
}`;

const referenceOf = (slug: string) =>
  JSON.parse(readFileSync(new URL(`../reference-figures/${slug}.json`, import.meta.url), "utf8")) as Reference;

const missing = missingSharedStudy();
if (missing !== undefined) console.warn(missing);

const stored = studyDatabase(missing === undefined ? "gpt2-medium-alpaca" : "reference-study");
let server: RunningRankscope;
beforeAll(async () => {
  server = await serveRankscope(stored.environment);
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.ended;
});

/** Tolerances of the design: 1e-12 for cosines, 1e-10 relative for norms and distances. */
async function compare(slug: string, rank: Reference["ranks"][number], scaling: "ADAPTER" | "NONE"): Promise<void> {
  const answer = await query(server.address, SIMILARITY, { slug, rank: rank.rank, scaling });
  expect(answer.errors).toBeUndefined();
  const { mean, layers } = answer.data.study.weightSimilarity as { mean: number; layers: Layer[] };
  expect(Math.abs(mean - rank.mean_cosine)).toBeLessThan(1e-12);
  expect(layers.map(({ layer }) => layer.name).sort()).toEqual(rank.layers.map(({ layer }) => layer).sort());
  for (const expected of rank.layers) {
    const found = layers.find(({ layer }) => layer.name === expected.layer) as Layer;
    const figures = scaling === "NONE" ? expected.unscaled : expected.scaled;
    const relative = (value: number, reference: number) => Math.abs(value / reference - 1);
    expect(Math.abs(found.cosineSimilarity - expected.cosine)).toBeLessThan(1e-12);
    expect(Math.abs(found.initialCosine - expected.initial_cosine)).toBeLessThan(1e-12);
    expect(relative(found.l2Distance, figures.l2)).toBeLessThan(1e-10);
    expect(relative(found.relativeDifference, figures.relative_difference)).toBeLessThan(1e-10);
    expect(relative(found.baselineNorm, figures.baseline_norm)).toBeLessThan(1e-10);
    expect(relative(found.candidateNorm, figures.candidate_norm)).toBeLessThan(1e-10);
  }
}

describe("the synthetic study agrees with NumPy, including its float16 and bfloat16 adapters", () => {
  const slug = "tiny-lora-vs-qlora";
  beforeAll(async () => {
    const imported = await rankscope(["import", FIXTURE_STUDY], stored.environment);
    expect(imported.code, imported.stderr).toBe(0);
  });
  test.each(referenceOf(slug).ranks)("r = $rank", async (rank) => {
    await compare(slug, rank, "NONE");
    await compare(slug, rank, "ADAPTER");
  });

  test("runs that started independently are detected", async () => {
    const { data: answer } = await query(
      server.address,
      `{ study(slug: "${slug}") {
      hypotheses { id verdict confounds { kind ranks } } minimumViableRank { rank bound } } }`,
    );
    expect(answer.study.minimumViableRank).toEqual({ rank: 2, bound: "EXACT" });
    expect(answer.study.hypotheses[0]).toMatchObject({
      verdict: "REJECTED",
      // No configuration has two seeds, so the checkpoints are the only noise floor.
      confounds: [{ kind: "INDEPENDENT_INITIALISATION", ranks: [4] }, { kind: "NOISE_FLOOR" }],
    });
  });
});

describe.skipIf(missing !== undefined)("the public gpt2-medium study agrees with NumPy", () => {
  const slug = "gpt2-medium-alpaca";
  test.each(referenceOf(slug).ranks)("r = $rank", async (rank) => {
    await compare(slug, rank, "NONE");
    await compare(slug, rank, "ADAPTER");
  });
});
