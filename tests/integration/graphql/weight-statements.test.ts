import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "#src/store/database.js";
import { countingProxy } from "../../support/counting-proxy.js";
import { freshDatabase } from "../../support/database.js";
import { inProcessWeights } from "../../support/in-process-weights.js";
import { serveWeights } from "../../support/serve-weights.js";
import { UNCACHED } from "../../support/still-limits.js";
import { storedStudy } from "../../support/stored-study.js";
import { attention } from "../../support/two-studies.js";

const fresh = freshDatabase();

const SOURCE = `query($slug: String!, $left: ID!, $right: ID!, $ids: [ID!]!) {
  study(slug: $slug) {
    roles { because } ranks { r degradation(metric: EVAL_LOSS, at: BEST) { percent test { p } roles { baseline } } }
    minimumViableRank(metricKey: "loss", at: LAST) { rank } hypotheses { verdict } failureModes { kind }
    notebook: hypotheses(rules: NOTEBOOK) { verdict } rankTrends(ranks: [2]) { quantity }
    paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS, z: EVAL_LOSS) { dominated } recommendation(at: BEST) { because }
    sensitivityMap { layers { mean } parts { name mean } } rankAllocation(rank: 1) { reason peft }
    experiments(first: 100) { nodes { name layers { layer { name } norm job { id } } } }
    weightSimilarity(rank: 1) { mean overSeeds { mean } layers { cosineSimilarity overSeeds { mean } job { id } } jobs { id } }
    layerSensitivity(rank: 1) { score robustZ parts { score } } diagnosticSummary(rank: 1) { meanCosineSimilarity }
  }
  compareExperiments(baseline: $left, candidate: $right) {
    configDifferences { field } confounds { kind } summary { meanCosineSimilarity }
    layers { layer { name } cosineSimilarity parts { name cosineSimilarity } partsReason subspaceSimilarity { left job { id } } }
  }
  similarityMatrix(experiments: $ids) { values perLayer { layer { name } values } }
}`;

test("the numbers of statements and of requests for weights do not grow with layers, ranks, runs or seeds", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "rankscope-statements-"));
  const proxy = await countingProxy(fresh.url);
  const database = openDatabase(proxy.url, { applicationName: "weight statements", maxConnections: 4 });
  const weights = inProcessWeights();
  const server = await serveWeights(database, weights, { limits: UNCACHED });
  try {
    const counts: { statements: number; questions: number }[] = [];
    for (const [slug, size] of [
      ["small", 1],
      ["large", 6],
    ] as const) {
      const ranks = Array.from({ length: size }, (_, i) => i + 1);
      // The first rank has as many seeds as there are ranks.
      const configurations = [...ranks.map((rank) => ({ rank, seed: 1 })), ...ranks.map((seed) => ({ rank: 1, seed }))];
      const distinct = new Map(configurations.map((one) => [JSON.stringify(one), one]));
      const runs = [...distinct.values()].flatMap(({ rank, seed }) =>
        [16, 4].map((bits) => ({
          name: seed === 1 ? `${bits}bit_r${rank}` : `${bits}bit_r${rank}_s${seed}`,
          bits,
          rank,
          seed,
          metrics: { training_loss: 2 },
          curves: { loss: [3, 2], eval_loss: [3, 2], grad_norm: [1, 1], learning_rate: [1e-4, 0] },
          checkpoints: Object.fromEntries(
            [900, 1000].map((step) => [
              step,
              ranks.map((block) => attention(block, rank, bits + rank / 7 + seed / 8 + block / 9 + step / 1e5)),
            ]),
          ),
        })),
      );
      const { experiments } = await storedStudy(fresh.database, folder, slug, runs);
      const ids = Object.values(experiments);
      const variables = { slug, ids, left: experiments["16bit_r1"], right: experiments["4bit_r1"] };
      // The count must not depend on which connection serves a statement or whether it is prepared there.
      for (let turn = 0; turn < 3; turn++) {
        weights.requests.length = 0;
        const before = proxy.statements();
        const { data, errors } = await server.execute(SOURCE, variables);
        expect(errors).toEqual([]);
        expect(data.similarityMatrix.perLayer).toHaveLength(size);
        counts.push({ statements: proxy.statements() - before, questions: weights.requests.length });
      }
    }
    const [first] = counts;
    for (const count of counts) expect(count).toEqual(first);
    // One request each for the comparisons of all fields, the parts derived from them, the subspaces and the spectra.
    expect(first?.questions).toBe(4);
    expect(first?.statements).toBeGreaterThan(5);
  } finally {
    await server.close();
    await database.close();
    await proxy.close();
    await rm(folder, { recursive: true });
  }
});
