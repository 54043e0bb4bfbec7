import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { query, rankscope, serveRankscope, type RunningRankscope } from "../support/rankscope.js";
import { freshDatabase } from "../support/database.js";
import { toolAdapters, type ExpectedPair, type ExpectedUpdates } from "../support/tool-adapters.js";

const COMPARE = `query Compare($baseline: ID!, $candidate: ID!) {
  compareExperiments(baseline: $baseline, candidate: $candidate, waitSeconds: 60) {
    layers { layer { name } cosineSimilarity l2Distance baselineNorm candidateNorm undefinedReason }
  }
}`;

interface Layer {
  readonly layer: { readonly name: string };
  readonly cosineSimilarity: number | null;
  readonly l2Distance: number | null;
  readonly baselineNorm: number | null;
  readonly candidateNorm: number | null;
}

const fresh = freshDatabase();
let environment: Record<string, string>;
let data: string;
let server: RunningRankscope;
beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), "rankscope-adapters-"));
  environment = { DATABASE_URL: fresh.url, RANKSCOPE_DATA: data, RANKSCOPE_WEIGHTS: "in-place" };
  server = await serveRankscope(environment);
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.ended;
  await rm(data, { recursive: true });
});

/** Returns the ids of a study's runs by name. */
async function runsOf(slug: string): Promise<Map<string, string>> {
  const source = `query($slug: String!) { study(slug: $slug) { experiments(first: 100) { nodes { id name } } } }`;
  const { data: answer, errors } = await query(server.address, source, { slug });
  expect(errors).toBeUndefined();
  return new Map((answer.study.experiments.nodes as { id: string; name: string }[]).map(({ id, name }) => [name, id]));
}

/** Names in Rankscope of layers that torchtune names in its own way. q_proj keeps its name: torchtune orders its rows differently. */
const TORCHTUNE_LAYERS: Readonly<Record<string, string>> = {
  "layers.0.attn.v_proj": "model.layers.0.self_attn.v_proj",
  "layers.0.mlp.w1": "model.layers.0.mlp.gate_proj",
  "layers.0.mlp.w2": "model.layers.0.mlp.down_proj",
  "layers.0.mlp.w3": "model.layers.0.mlp.up_proj",
};

function inRankscope<Value>(layers: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(layers).map(([name, value]) => [TORCHTUNE_LAYERS[name] ?? name, value]));
}

/** Compares with NumPy's figures. Tolerances of the design: 1e-12 for cosines, 1e-10 relative for norms and distances. */
function requireEqual(
  found: readonly Layer[],
  { baseline, candidate, ...expectedPair }: ExpectedPair,
  { runs }: ExpectedUpdates,
) {
  const layers = inRankscope(expectedPair.layers);
  const compared = found.filter(({ cosineSimilarity }) => cosineSimilarity !== null);
  expect(compared.map(({ layer }) => layer.name).sort()).toEqual(Object.keys(layers).sort());
  for (const { layer, cosineSimilarity, l2Distance, baselineNorm, candidateNorm } of compared) {
    const expected = layers[layer.name] ?? { cosine: NaN, l2Distance: NaN };
    const norms = [baseline, candidate].map((run) => {
      return Math.sqrt(inRankscope(runs[run] ?? {})[layer.name]?.squaredNorm ?? NaN);
    });
    expect(Math.abs((cosineSimilarity ?? NaN) - expected.cosine)).toBeLessThan(1e-12);
    expect(Math.abs((l2Distance ?? NaN) - expected.l2Distance)).toBeLessThan(1e-10 * (norms[0] ?? NaN));
    expect(Math.abs((baselineNorm ?? NaN) / (norms[0] ?? NaN) - 1)).toBeLessThan(1e-10);
    expect(Math.abs((candidateNorm ?? NaN) / (norms[1] ?? NaN) - 1)).toBeLessThan(1e-10);
  }
}

describe.each(["mlx", "torchtune-adapters", "diffusers", "lycoris"])("adapters of %s agree with NumPy", (tool) => {
  const { folder, expected } = toolAdapters(tool);
  let runs: Map<string, string>;
  beforeAll(async () => {
    const imported = await rankscope(["import", folder, "--slug", tool], environment);
    expect(imported.code, imported.stderr).toBe(0);
    runs = await runsOf(tool);
  });

  test.each(expected.pairs)("$baseline and $candidate", async (pair) => {
    const variables = { baseline: runs.get(pair.baseline), candidate: runs.get(pair.candidate) };
    const { data: answer, errors } = await query(server.address, COMPARE, variables);
    expect(errors).toBeUndefined();
    requireEqual(answer.compareExperiments.layers as Layer[], pair, expected);
  });
});
