import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshDatabase } from "../../support/database.js";
import { inProcessWeights } from "../../support/in-process-weights.js";
import { expectSpecification } from "../../support/plot-schema.js";
import { serveWeights, type WeightsServer } from "../../support/serve-weights.js";
import { twoStudies, type ONE } from "../../support/two-studies.js";
import type { StoredIds } from "../../support/stored-study.js";

// Plots of weights show the values of the corresponding fields.

const fresh = freshDatabase();
let server: WeightsServer;
let folder: string;
let one: StoredIds;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-plot-weights-"));
  ({ one } = await twoStudies(fresh.database, folder));
  server = await serveWeights(fresh.database, inProcessWeights());
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function plotted(kind: string, args = "") {
  const plot = `plot(kind: ${kind}${args}) { vegaLite missing { because } notes }`;
  const { data, errors } = await server.execute(`{ study(slug: "one") { ${plot} } }`);
  expect(errors).toEqual([]);
  expect(data.study.plot.missing).toBeNull();
  expectSpecification(data.study.plot.vegaLite);
  return data.study.plot;
}
const study = async (fields: string) => (await server.execute(`{ study(slug: "one") { ${fields} } }`)).data.study;

describe("plots of weights have the API's numbers", () => {
  test.each([2, 3])("WEIGHT_SIMILARITY at rank %i", async (rank) => {
    const { vegaLite } = await plotted("WEIGHT_SIMILARITY", `, rank: ${rank}, similarityThreshold: 0.8`);
    const { weightSimilarity } = await study(
      `weightSimilarity(rank: ${rank}) { mean layers { layer { name } cosineSimilarity } }`,
    );
    const drawn = vegaLite.data.values.map(({ layer, cosine }: { layer: string; cosine: number }) => [layer, cosine]);
    expect(drawn).toEqual(
      weightSimilarity.layers.map((row: { layer: { name: string }; cosineSimilarity: number }) => [
        row.layer.name,
        row.cosineSimilarity,
      ]),
    );
    const rules = vegaLite.layer.flatMap((layer: { mark: { type: string }; encoding: { y: { datum: number } } }) =>
      layer.mark.type === "rule" ? [layer.encoding.y.datum] : [],
    );
    expect(rules).toEqual([0.8, weightSimilarity.mean]);
  });

  test("LAYER_HEATMAP has the layers and their q, k and v", async () => {
    const { vegaLite } = await plotted("LAYER_HEATMAP", ", rank: 2");
    const { weightSimilarity } = await study(
      `weightSimilarity(rank: 2) { layers { layer { name module } cosineSimilarity parts { name cosineSimilarity } } }`,
    );
    const cells = new Map<string, number>(
      vegaLite.data.values.map((cell: { layer: string; part: string; value: number }) => [
        `${cell.layer} ${cell.part}`,
        cell.value,
      ]),
    );
    const expected = new Map<string, number>();
    for (const { layer, cosineSimilarity, parts } of weightSimilarity.layers) {
      expected.set(`${layer.name} all`, cosineSimilarity);
      for (const part of parts) expected.set(`${layer.name} ${part.name}`, part.cosineSimilarity);
    }
    expect(expected.size).toBe(5);
    expect(new Map([...cells].sort())).toEqual(new Map([...expected].sort()));
  });

  test("SIMILARITY_MATRIX has the values of similarityMatrix for all runs with weights", async () => {
    const { vegaLite, notes } = await plotted("SIMILARITY_MATRIX");
    const names: (typeof ONE)[number]["name"][] = ["16bit_r2", "4bit_r2", "16bit_r3", "4bit_r3"];
    const { data } = await server.execute(
      `query($ids: [ID!]!) { similarityMatrix(experiments: $ids) { values experiments { name } } }`,
      { ids: names.map((name) => one.experiments[name]) },
    );
    const { values, experiments } = data.similarityMatrix;
    const drawn = vegaLite.data.values as { run: string; and: string; value: number | null }[];
    expect(drawn).toHaveLength(16);
    for (const { run, and, value } of drawn) {
      const [i, j] = [run, and].map((name) => experiments.findIndex((one: { name: string }) => one.name === name));
      expect(value).toBe(values[i as number][j as number]);
    }
    expect(notes).toEqual(["1 run without weights omitted."]);
  });

  test("SINGULAR_VALUE_SPECTRA has the medians of the layers' singular values", async () => {
    const { vegaLite } = await plotted("SINGULAR_VALUE_SPECTRA", ", rank: 2");
    const { experiments } = await study(
      "experiments(first: 9) { nodes { name layers { layer { module } singularValues } } }",
    );
    const drawn = vegaLite.data.values as { side: string; module: string; k: number; median: number; layers: number }[];
    let compared = 0;
    for (const [side, run] of [
      ["16bit (baseline)", "16bit_r2"],
      ["4bit (candidate)", "4bit_r2"],
    ]) {
      const found = experiments.nodes.find((node: { name: string }) => node.name === run);
      for (const { layer, singularValues } of found.layers) {
        singularValues.forEach((value: number, i: number) => {
          const place = drawn.find((one) => one.side === side && one.module === layer.module && one.k === i + 1);
          expect(place).toMatchObject({ median: value, layers: 1 });
          compared++;
        });
      }
    }
    expect(compared).toBe(8);
    expect(drawn).toHaveLength(8);
  });

  test("the default rank is one at which both configurations have weights", async () => {
    expect((await plotted("WEIGHT_SIMILARITY")).vegaLite.title.text.join(" ")).toContain("at rank 3");
  });

  test("a rank without weights has no matrix and states the reason", async () => {
    const { data } = await server.execute(
      `{ study(slug: "one") { plot(kind: SIMILARITY_MATRIX, rank: 9) { missing { because } } } }`,
    );
    expect(data.study.plot.missing.because).toBe("No run of rank 9 has weights.");
  });
});
