import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "#src/store/database.js";
import { storeStudy } from "../../support/store-study.js";
import { KERNEL_VERSION } from "#src/model/computed-facts.js";
import type { WeightFacts } from "#src/model/weight-facts.js";
import type { ExperimentRecord, StudyRecord } from "#src/model/records.js";
import { countingProxy } from "../../support/counting-proxy.js";
import { freshDatabase } from "../../support/database.js";
import { serveWeights, type WeightsServer } from "../../support/serve-weights.js";
import { UNCACHED } from "../../support/still-limits.js";
import { checkpointRecord, experimentRecord, studyRecord } from "../../support/study-record.js";

// Two servers with a cache and one without share a database. Only the statements of the first cached server are counted.
const fresh = freshDatabase();
let proxy: Awaited<ReturnType<typeof countingProxy>>;
let close: () => Promise<void>;
let cached: WeightsServer;
let other: WeightsServer;
let uncached: WeightsServer;

const STORED = { provider: "cpu", precision: "float64", fallback: null, kernelVersion: 1, seconds: 0.1 } as const;
const FACTS = {
  COMPARISON: { innerProduct: 3, leftSquaredNorm: 4, rightSquaredNorm: 9, squaredDistance: 7, initialCosine: 0 },
  SPECTRUM: { singularValues: [2, 1], squaredNorm: 5 },
} as const;

/** What the weights of all servers answer: the files of the records do not exist at first. */
let state: "UNREADABLE" | "PENDING" | "COMPUTED" | "STORED" = "UNREADABLE";
/** Number of calls. */
let requests = 0;

const WEIGHTS = {
  request: (kind: keyof typeof FACTS, subjects: readonly unknown[]) => {
    requests += 1;
    return Promise.resolve(
      subjects.map(() => {
        if (state === "UNREADABLE") return { code: "WEIGHTS_MISSING", failed: "no file" };
        if (state === "PENDING") return { pending: "01a21d54-cc9a-7353-b63b-efca277dc4c7" };
        return { facts: { ...STORED, ...FACTS[kind] }, cached: state === "STORED" };
      }),
    );
  },
} as unknown as WeightFacts;

const run = (bits: number, rest: Partial<ExperimentRecord> = {}): ExperimentRecord =>
  experimentRecord(`${bits}bit_r2`, { quantization: { label: `${bits}bit`, bits, scheme: null }, seed: 1, ...rest });

const RUNS = [run(16), run(4, { metrics: [{ name: "training_loss", value: 1.6, source: "results.csv" }] })];

const store = (experiments: readonly ExperimentRecord[], rest: Partial<StudyRecord> = {}) =>
  storeStudy(fresh.database, studyRecord(experiments, { name: "one", ...rest }), { morePrecise: () => undefined });

beforeAll(async () => {
  proxy = await countingProxy(fresh.url);
  const database = openDatabase(proxy.url, { applicationName: "cached", maxConnections: 4 });
  await store(RUNS);
  cached = await serveWeights(database, WEIGHTS);
  other = await serveWeights(fresh.database, WEIGHTS);
  uncached = await serveWeights(fresh.database, WEIGHTS, { limits: UNCACHED });
  close = async () => {
    await Promise.all([cached.close(), other.close(), uncached.close()]);
    await database.close();
    await proxy.close();
  };
});
afterAll(() => close());

const EVERYTHING = `{ study(slug: "one") {
  name tags metricDirections { metric higherIsBetter } layers { name } roles { because }
  experiments { totalCount nodes { id name method seed quantization { label } metrics { name value } checkpoints { step hash }
    config { field value } evaluations { nodes { task value } } curve(metric: "loss") { values } } }
  ranks { r experiments { name } degradation { percent absolute } } hypotheses { verdict because } failureModes { kind symptom }
  weightSimilarity(rank: 2) { mean layers { cosineSimilarity } } layerSensitivity(rank: 2) { score }
  paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) { x y }
}
compareStudies(slugs: ["one", "none"], metric: TRAINING_LOSS) {
  byRank { r entries { study { name } percent verdict } } missingSlugs
  byStudy { minimumViableRank { rank bound } memoryReductionPercent meanCosineSimilarity comparedLayers missingLayers }
} }`;

const answer = async (server: WeightsServer): Promise<unknown> => {
  const { data, errors } = await server.execute(EVERYTHING);
  expect(errors).toEqual([]);
  return data;
};

const revision = async () =>
  (await fresh.database.sql<{ revision: string }[]>`select revision from study`)[0]?.revision;

const mutate = async (server: WeightsServer, source: string) => {
  const { errors } = await server.execute(`mutation { ${source} }`);
  expect(errors).toEqual([]);
};

const runId = async () =>
  (await fresh.database.sql<{ id: string }[]>`select id from experiment where name = '4bit_r2'`)[0]?.id ?? "";

const settings = [
  { field: "learning_rate", value: 0.01, file: "run/adapter_config.json", key: "lr", certainty: "STATED" } as const,
];

describe("an answer is that of a server without a cache after", () => {
  test.each<[string, () => Promise<unknown>]>([
    [
      "a changed name and direction",
      () =>
        mutate(
          cached,
          'updateStudy(slug: "one", name: "ONE", metricDirections: [{ metric: "zeta", higherIsBetter: true }]) { slug }',
        ),
    ],
    [
      "a withdrawn direction, by another server",
      () =>
        mutate(
          other,
          'updateStudy(slug: "one", metricDirections: [{ metric: "zeta", higherIsBetter: null }]) { slug }',
        ),
    ],
    ["new tags, by another server", () => mutate(other, 'tagStudy(slug: "one", tags: ["new"]) { tags }')],
    ["removed tags", () => mutate(cached, 'untagStudy(slug: "one", tags: ["new"]) { tags }')],
    [
      "a stated seed",
      async () =>
        mutate(
          cached,
          `updateExperiment(id: "${await runId()}", set: [{ field: "seed", value: 7 }]) { experiment { seed } }`,
        ),
    ],
    [
      "a statement withdrawn by another server",
      async () => mutate(other, `updateExperiment(id: "${await runId()}", clear: ["seed"]) { experiment { seed } }`),
    ],
    ["an import of another run", () => store([...RUNS, run(8)])],
    [
      "an import of another metric",
      () => store([run(16, { metrics: [{ name: "peak_memory_mb", value: 900, source: "a.csv" }] })]),
    ],
    [
      "an import of a longer curve",
      () => store([run(16, { series: [{ name: "loss", steps: [10, 20, 30], values: [3, NaN, 2] }] })]),
    ],
    ["an import of settings", () => store([run(16, { settings })])],
    [
      "an import of weights",
      () =>
        store([
          run(16, {
            checkpoints: [checkpointRecord("16bit_r2"), checkpointRecord("early", { step: 500, isFinal: false })],
          }),
        ]),
    ],
    [
      "an import of a direction",
      () => store(RUNS, { metricDirections: [{ metric: "zeta", higherIsBetter: true, file: "rankscope.yaml" }] }),
    ],
    ["an import of another rank", () => store([run(16, { name: "16bit_r4", rank: 4, checkpoints: [] })])],
    ["a run deleted by another server", async () => mutate(other, `deleteExperiment(id: "${await runId()}") { name }`)],
    ["a restored run", () => mutate(cached, 'restoreExperiment(slug: "one", name: "4bit_r2") { experiment { name } }')],
    ["a deleted study", () => mutate(cached, 'deleteStudy(slug: "one") { slug }')],
    ["a study restored by another server", () => mutate(other, 'restoreStudy(slug: "one") { slug }')],
    [
      "an import of another layer",
      () =>
        store(RUNS, { layers: [{ name: "h.1.c_attn", index: 1, module: "c_attn", inFeatures: 6, outFeatures: 9 }] }),
    ],
  ])("%s", async (_, write) => {
    const before = [await answer(cached), await answer(other), await answer(uncached)];
    expect(before[1]).toEqual(before[0]);
    const earlier = await revision();
    await write();
    expect(await revision()).not.toBe(earlier);
    const now = await answer(uncached);
    expect(now).not.toEqual(before[2]);
    expect([await answer(cached), await answer(other)]).toEqual([now, now]);
  });
});

test("a second request reads the study and what is not cached, and a repeated import keeps the revision", async () => {
  const count = async () => {
    const before = proxy.statements();
    await answer(cached);
    return proxy.statements() - before;
  };
  await count();
  const warm = await count();
  const earlier = await revision();
  await store(RUNS);
  const again = await count();
  expect(await revision()).toBe(earlier);
  expect(again).toBe(warm);
  const before = proxy.statements();
  await answer(uncached);
  await cached.execute(
    `{ study(slug: "one") { ranks { r experiments { name trainingLoss } degradation { percent } } layers { name } } }`,
  );
  expect(proxy.statements() - before).toBe(1);
});

test("results are kept once all their facts are stored, and no earlier", async () => {
  const SOURCE = `{ study(slug: "one") {
    weightSimilarity(rank: 2) { mean computed { cached } layers { cosineSimilarity undefinedReason } }
    hypotheses { verdict because computed { cached } } failureModes { kind symptom } } }`;
  const ask = async (server: WeightsServer) => {
    const { data, errors } = await server.execute(SOURCE);
    expect(errors).toEqual([]);
    return data;
  };
  const means: unknown[] = [];
  for (const next of ["UNREADABLE", "PENDING", "COMPUTED", "STORED"] as const) {
    state = next;
    const now = await ask(cached);
    expect(now).toEqual(await ask(uncached));
    means.push([now.study.weightSimilarity.mean, now.study.weightSimilarity.computed?.cached]);
  }
  expect(means).toEqual([
    [null, undefined],
    [null, undefined],
    [0.5, false],
    [0.5, true],
  ]);
  requests = 0;
  expect(await ask(cached)).toEqual(await ask(other));
  expect(requests).toBeGreaterThan(0);
  requests = 0;
  await ask(cached);
  expect(requests).toBe(0);
});

test("a comparison that is stored later is seen, although the study has not changed", async () => {
  const ask = async (server: WeightsServer) => {
    const { data, errors } = await server.execute(`{ compareStudies(slugs: ["one"], metric: TRAINING_LOSS) {
      byStudy { meanCosineSimilarity comparedLayers missingLayers } } }`);
    expect(errors).toEqual([]);
    return data.compareStudies.byStudy[0];
  };
  const before = await ask(cached);
  expect(before).toMatchObject({ meanCosineSimilarity: null, comparedLayers: 0 });
  expect(before.missingLayers).toBeGreaterThan(0);
  const earlier = await revision();
  await fresh.database.sql`
    insert into comparison (left_hash, right_hash, scaling_ratio, kernel_version, inner_product, left_squared_norm,
      right_squared_norm, squared_distance, initial_cosine, provider, precision, seconds)
    values ('pair 16bit_r2', 'pair 4bit_r2', 1, ${KERNEL_VERSION}, 3, 4, 9, 7, 1, 'cpu', 'float64', 0.1)`;
  const after = await ask(cached);
  expect(await revision()).toBe(earlier);
  expect(after).toEqual(await ask(uncached));
  expect(after.comparedLayers).toBe(1);
  expect(after.missingLayers).toBe(before.missingLayers - 1);
  expect(await ask(cached)).toEqual(after);
});

test("a page of a study with many runs reads that page only", async () => {
  await storeStudy(
    fresh.database,
    studyRecord(
      Array.from({ length: 1_200 }, (_, i) =>
        run(16, { name: `run ${String(i).padStart(4, "0")}`, checkpoints: [], series: [] }),
      ),
      { name: "many", folder: "/studies/many" },
    ),
    { morePrecise: () => undefined },
  );
  const PAGE = `query($after: String, $filter: ExperimentFilter) { study(slug: "many") {
    experiments(first: 5, after: $after, filter: $filter) { totalCount pageInfo { hasNextPage endCursor } nodes { name } } } }`;
  const page = async (variables: Record<string, unknown> = {}) => {
    const { data, errors } = await cached.execute(PAGE, variables);
    return errors.length > 0 ? errors : data.study.experiments;
  };
  const names = (first: number) =>
    Array.from({ length: 5 }, (_, i) => ({ name: `run ${String(first + i).padStart(4, "0")}` }));
  const first = await page();
  expect(first).toMatchObject({ totalCount: 1200, pageInfo: { hasNextPage: true }, nodes: names(0) });
  const second = await page({ after: first.pageInfo.endCursor });
  expect(second.nodes).toEqual(names(5));
  const filter = { name: { contains: "119" } };
  const filtered = await page({ filter });
  expect(filtered).toMatchObject({
    totalCount: 12,
    nodes: [{ name: "run 0119" }, { name: "run 1119" }, ...names(1190).slice(0, 3)],
  });
  const wrong = "01a21d54-cc9a-7353-b63b-efca277dc4c7";
  expect(await page({ after: wrong })).toEqual([expect.stringContaining(wrong)]);
  expect(await page({ after: "'" })).toEqual([expect.stringContaining("endCursor of this list")]);
  // With all runs in memory, the pages are the same.
  await cached.execute('{ study(slug: "many") { ranks { experiments { name } } } }');
  expect([await page(), await page({ after: first.pageInfo.endCursor })]).toEqual([first, second]);
});
