import { v7 as newId } from "uuid";
import { describe, expect, test } from "vitest";
import { KERNEL_VERSION } from "#src/model/computed-facts.js";
import type { Database } from "#src/store/database.js";
import { storeStudy } from "../../support/store-study.js";
import { apiServer } from "../../support/api-server.js";
import { UNCACHED } from "../../support/still-limits.js";
import { checkpointRecord, experimentRecord, studyRecord } from "../../support/study-record.js";

interface Sketch {
  readonly name: string;
  readonly baseModel?: string;
  /** Training losses of [baseline, candidate] by rank; null if the run has none. */
  readonly losses: Record<number, readonly [number | null, number | null]>;
  readonly alpha?: number;
  readonly seed?: number;
}

/** The slugs in the order in which the studies were imported. */
const SKETCHES: readonly Sketch[] = [
  { name: "alpha", baseModel: "gpt2", losses: { 2: [2, 2.2], 4: [1.9, 1.92] }, alpha: 16, seed: 1 },
  { name: "beta", baseModel: "Llama", losses: { 2: [1.5, 1.51], 8: [1.4, 1.41] }, alpha: 32 },
  { name: "gamma 100%", losses: { 4: [NaN, null] }, seed: 2 },
  { name: "delta", baseModel: "gpt2", losses: { 2: [3, 3.5] } },
];

async function fill(database: Database): Promise<void> {
  for (const [n, sketch] of SKETCHES.entries()) {
    const run = (bits: 16 | 4, rank: number, loss: number | null) =>
      experimentRecord(`${bits}bit_r${rank}`, {
        rank,
        method: bits === 4 ? "QLORA" : "LORA",
        quantization: { label: `${bits}bit`, bits, scheme: bits === 4 ? "nf4" : null },
        seed: sketch.seed ?? null,
        adapter: sketch.alpha === undefined ? null : adapter(rank, sketch.alpha),
        metrics: [
          ...(loss === null ? [] : [{ name: "training_loss", value: loss, source: "t.csv" }]),
          { name: "peak_memory_mb", value: bits * 100, source: "t.csv" },
        ],
        checkpoints: sketch.name === "delta" ? [] : [checkpointRecord(`${sketch.name} ${bits} ${rank}`)],
      });
    const experiments = Object.entries(sketch.losses).flatMap(([rank, [baseline, candidate]]) => [
      run(16, Number(rank), baseline),
      run(4, Number(rank), candidate),
    ]);
    const record = studyRecord(experiments, { name: sketch.name, baseModel: sketch.baseModel ?? null });
    const { slug } = await storeStudy(database, record, { morePrecise: () => undefined });
    const created = new Date(Date.UTC(2026, 0, 1 + n));
    await database.sql`update study set created_at = ${created}, updated_at = ${created} where slug = ${slug}`;
  }
  const compare = (name: string, rank: number, innerProduct: number, initialCosine: number, ratio = 1) => {
    const [left, right] = [`pair ${name} 16 ${rank}`, `pair ${name} 4 ${rank}`].sort() as [string, string];
    return database.sql`insert into comparison ${database.sql({
      left_hash: left,
      right_hash: right,
      scaling_ratio: ratio,
      kernel_version: KERNEL_VERSION,
      inner_product: innerProduct,
      left_squared_norm: 4,
      right_squared_norm: 1,
      squared_distance: 5 - 2 * innerProduct,
      initial_cosine: initialCosine,
      provider: "cpu",
      precision: "float64",
      seconds: 1,
    })}`;
  };
  await compare("alpha", 2, 1, 0.9);
  await compare("alpha", 4, 0.2, 0.1);
  await compare("beta", 2, 1.6, 0.9, 2);
}

const adapter = (r: number, loraAlpha: number) => ({
  r,
  loraAlpha,
  useRslora: false,
  useDora: false,
  fanInFanOut: false,
  loraDropout: 0,
  bias: "none",
  loraBias: false,
  targetModules: ["c_attn", "c_proj"],
  modulesToSave: [],
  rankPattern: {},
  alphaPattern: {},
  revision: null,
  taskType: null,
  baseModel: "tiny",
  peftType: "LORA",
  initLoraWeights: "true",
});

const server = apiServer(fill, { limits: UNCACHED });

const slugs = async (filter: unknown, orderBy: unknown = { field: "SLUG", direction: "ASC" }): Promise<string[]> => {
  const { data, errors } = await server.execute(
    "query($filter: StudyFilter, $orderBy: StudyOrder) { studies(filter: $filter, orderBy: $orderBy) { totalCount nodes { slug } } }",
    { filter, orderBy },
  );
  expect(errors).toBeUndefined();
  const found = data.studies.nodes.map(({ slug }: { slug: string }) => slug);
  expect(data.studies.totalCount).toBe(found.length);
  return found;
};

describe("studies", () => {
  const ALL = ["alpha", "beta", "delta", "gamma-100"];
  test.each<[string, unknown, string[]]>([
    ["nothing", {}, ALL],
    ["a slug", { slug: { equals: "beta" } }, ["beta"]],
    ["slugs", { slug: { in: ["beta", "none", "alpha"] } }, ["alpha", "beta"]],
    ["no such slugs", { slug: { notIn: ["beta"] } }, ["alpha", "delta", "gamma-100"]],
    ["part of a name, and % is no wildcard", { name: { contains: "A 100%" } }, ["gamma-100"]],
    ["the start of a base model", { baseModel: { startsWith: "LLA" } }, ["beta"]],
    ["another base model, an unknown one among them", { baseModel: { notEquals: "gpt2" } }, ["beta", "gamma-100"]],
    ["an unknown base model", { baseModel: { isNull: true } }, ["gamma-100"]],
    ["words", { search: "gpt2  DEL" }, ["delta"]],
    ["a rank", { ranks: { has: 8 } }, ["beta"]],
    ["all ranks", { ranks: { hasAll: [2, 4] } }, ["alpha"]],
    ["any rank", { ranks: { hasAny: [4, 8] } }, ["alpha", "beta", "gamma-100"]],
    ["a time", { createdAt: { gte: "2026-01-02T00:00:00Z", lt: "2026-01-04T00:00:00Z" } }, ["beta", "gamma-100"]],
    ["or", { or: [{ slug: { equals: "beta" } }, { ranks: { has: 4 } }] }, ["alpha", "beta", "gamma-100"]],
    ["an empty or", { or: [] }, []],
    ["not, of what is unknown too", { not: { baseModel: { equals: "gpt2" } } }, ["beta", "gamma-100"]],
    ["and", { and: [{ baseModel: { equals: "gpt2" } }, { not: { slug: { equals: "alpha" } } }] }, ["delta"]],
    ["a metric's bound", { experiments: { some: { metric: { name: "training_loss", lt: 1.45 } } } }, ["beta"]],
    [
      "every run, NaN meeting no bound",
      { experiments: { every: { metric: { name: "training_loss", gt: 1.45 } } } },
      ["alpha", "delta"],
    ],
    ["NaN is not above a bound", { experiments: { some: { metric: { name: "training_loss", gt: 3.2 } } } }, ["delta"]],
    [
      "what was not recorded",
      { experiments: { some: { metric: { name: "training_loss", recorded: false } } } },
      ["gamma-100"],
    ],
    ["no run", { experiments: { none: { rank: { gt: 2 } } } }, ["delta"]],
    [
      "several conditions of one run",
      { experiments: { some: { method: { equals: "QLORA" }, rank: { equals: 2 }, seed: { equals: 1 } } } },
      ["alpha"],
    ],
    ["bits and scheme", { experiments: { some: { quantizationBits: { lt: 8 }, rank: { in: [8] } } } }, ["beta"]],
    ["no weights", { experiments: { every: { hasWeights: false } } }, ["delta"]],
    ["an unknown seed", { experiments: { every: { seed: { isNull: true } } } }, ["beta", "delta"]],
    ["a config field", { experiments: { some: { config: { field: "loraAlpha", equals: "32" } } } }, ["beta"]],
    ["a config bound", { experiments: { some: { config: [{ field: "loraAlpha", lte: 16 }] } } }, ["alpha"]],
    ["a bound on what is no number", { experiments: { some: { config: [{ field: "targetModules", lte: 16 }] } } }, []],
    [
      "an element of a config list",
      { experiments: { some: { config: { field: "targetModules", contains: "c_proj" } } } },
      ["alpha", "beta"],
    ],
    [
      "a run's study, inside",
      { experiments: { some: { study: { slug: { equals: "beta" } }, not: { study: { ranks: { has: 4 } } } } } },
      ["beta"],
    ],
  ])("are filtered by %s", async (_, filter, expected) => {
    expect(await slugs(filter)).toEqual(expected);
  });

  test("that match a filter and those that match its negation are all studies, without overlap", async () => {
    for (const filter of [
      { baseModel: { startsWith: "g" } },
      { experiments: { some: { metric: { name: "training_loss", lt: 2 } } } },
      { experiments: { every: { config: { field: "loraAlpha", gte: 1 } } } },
    ]) {
      expect([...(await slugs(filter)), ...(await slugs({ not: filter }))].sort()).toEqual(ALL);
    }
  });

  test.each([
    ["CREATED_AT", "DESC", ["delta", "gamma-100", "beta", "alpha"]],
    ["NAME", "ASC", ["alpha", "beta", "delta", "gamma-100"]],
    ["METRIC_BEST", "ASC", ["beta", "alpha", "delta", "gamma-100"]],
    ["METRIC_BEST", "DESC", ["delta", "alpha", "beta", "gamma-100"]],
    ["METRIC_MEAN", "ASC", ["beta", "alpha", "delta", "gamma-100"]],
  ])("are ordered by %s %s across pages without a gap, missing values last", async (field, direction, all) => {
    const orderBy = { field, direction, metric: "training_loss" };
    expect(await slugs({}, orderBy)).toEqual(all);
    const paged: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await server.execute(
        `query($orderBy: StudyOrder, $after: String) { studies(first: 1, orderBy: $orderBy, after: $after) {
          totalCount pageInfo { hasNextPage endCursor } edges { cursor node { slug } } } }`,
        { orderBy, after },
      );
      const { edges, pageInfo, totalCount } = data.studies as {
        totalCount: number;
        edges: { cursor: string; node: { slug: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      expect(totalCount).toBe(4);
      expect(edges[0]?.cursor).toBe(pageInfo.endCursor);
      paged.push(...edges.map(({ node }) => node.slug));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(paged).toEqual(all);
  });

  test("are ordered by the number of their runs, ties by id", async () => {
    expect(await slugs({}, { field: "EXPERIMENT_COUNT", direction: "ASC" })).toEqual([
      "gamma-100",
      "delta",
      "alpha",
      "beta",
    ]);
  });

  test("stay on the same page when a study is added before it", async () => {
    const page = `query($after: String) { studies(first: 2, after: $after, orderBy: { field: SLUG, direction: ASC }) { pageInfo { endCursor } nodes { slug } } }`;
    const first = (await server.execute(page)).data.studies;
    const id = newId();
    await server.database.sql`insert into study (id, slug, name, folder) values (${id}, 'aaa', 'aaa', '/')`;
    const second = (await server.execute(page, { after: first.pageInfo.endCursor })).data.studies.nodes;
    await server.database.sql`delete from study where id = ${id}`;
    expect(second).toEqual([{ slug: "delta" }, { slug: "gamma-100" }]);
  });

  test.each([
    ["a cursor of another order", { orderBy: { field: "NAME", direction: "ASC" } }, "in this order"],
    ["a text that no database holds", { filter: { slug: { equals: "\0" } } }, "zero character"],
    ["a filter that is too deep", { filter: deep(20) }, "12 levels"],
    ["a filter that is too long", { filter: { slug: { in: Array<string>(6000).fill("x") } } }, "5000"],
  ])("%s is rejected by name", async (_, variables, message) => {
    const source = `query($filter: StudyFilter, $orderBy: StudyOrder, $after: String) {
      studies(filter: $filter, orderBy: $orderBy, after: $after) { nodes { slug } } }`;
    const first = await server.execute("{ studies(first: 1) { pageInfo { endCursor } } }");
    const after = "filter" in variables ? null : (first.data.studies.pageInfo.endCursor as string);
    const { errors } = await server.execute(source, { ...variables, after });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(message) as string,
      extensions: { code: "ARGUMENT_INVALID" },
    });
  });
});

function deep(levels: number): unknown {
  return levels === 0 ? { slug: { equals: "x" } } : { not: deep(levels - 1) };
}

test("a cursor of another list is rejected", async () => {
  const { errors } = await server.execute('{ study(slug: "beta") { experiments(after: "x") { totalCount } } }');
  expect(errors?.[0]?.extensions.code).toBe("ARGUMENT_INVALID");
});

describe("tags", () => {
  test("are added once, found, and removed", async () => {
    const tag = (name: string, tags: string[]) =>
      server.execute(`mutation($tags: [String!]!) { ${name}(slug: "beta", tags: $tags) { tags } }`, { tags });
    expect((await tag("tagStudy", [" paper ", "draft", "paper"])).data.tagStudy.tags).toEqual(["draft", "paper"]);
    expect((await tag("tagStudy", ["paper"])).data.tagStudy.tags).toEqual(["draft", "paper"]);
    expect(await slugs({ tags: { hasAll: ["paper", "draft"] } })).toEqual(["beta"]);
    expect(await slugs({ search: "PAPER" })).toEqual(["beta"]);
    expect(await slugs({ tags: { isEmpty: true } })).toEqual(["alpha", "delta", "gamma-100"]);
    expect((await tag("untagStudy", ["draft", "none"])).data.untagStudy.tags).toEqual(["paper"]);
    expect((await tag("untagStudy", ["paper"])).data.untagStudy.tags).toEqual([]);
    expect((await tag("tagStudy", [" "])).errors?.[0]?.extensions.code).toBe("ARGUMENT_INVALID");
  });

  test("of one study are limited in number, also by requests at once", async () => {
    const tag = (name: string, tags: string[]) =>
      server.execute(`mutation($tags: [String!]!) { ${name}(slug: "beta", tags: $tags) { tags } }`, { tags });
    const some = (from: number) => Array.from({ length: 60 }, (_, i) => `t${from + i}`);
    const answers = await Promise.all([0, 60, 120].map((from) => tag("tagStudy", some(from))));
    const refused = answers.flatMap(({ errors }) => errors ?? []);
    expect(refused).toHaveLength(2);
    for (const { message } of refused) {
      expect(message).toContain("received 120 tags with the new ones; allowed: up to 100 tags of a study");
    }
    const [kept] = answers.flatMap(({ data }) => data?.tagStudy?.tags ?? []);
    expect((await tag("tagStudy", [kept])).errors).toBeUndefined();
    for (const from of [0, 60, 120]) await tag("untagStudy", some(from));
  });

  test("of an unknown study are rejected", async () => {
    const { errors } = await server.execute('mutation { tagStudy(slug: "none", tags: ["x"]) { slug } }');
    expect(errors?.[0]?.extensions.code).toBe("STUDY_NOT_FOUND");
  });
});

const ACROSS = `query($slugs: [String!]!) { compareStudies(slugs: $slugs, metric: TRAINING_LOSS, thresholdPercent: 5) {
  missingSlugs
  byRank { r entries { study { slug } percent acceptable verdict certainty interval { low } baselineRuns candidateRuns reason } }
  byStudy { study { slug } minimumViableRank { rank bound certainty } meanCosineSimilarity comparedLayers missingLayers
    differentStartRanks memoryReductionPercent } } }`;

test("studies are compared by rank and by study from stored results, and no job is queued", async () => {
  const { data, errors } = await server.execute(ACROSS, { slugs: ["beta", "alpha", "nobody", "gamma-100", "alpha"] });
  expect(errors).toBeUndefined();
  const { byRank, byStudy, missingSlugs } = data.compareStudies;
  expect(missingSlugs).toEqual(["nobody"]);
  expect(byRank.map(({ r }: { r: number }) => r)).toEqual([2, 4, 8]);
  expect(byRank[0].entries.map(({ study }: { study: { slug: string } }) => study.slug)).toEqual(["beta", "alpha"]);
  expect(byRank[0].entries[1].percent).toBeCloseTo(10, 12);
  expect(byRank[0].entries[1]).toMatchObject({
    acceptable: false,
    verdict: "UNACCEPTABLE",
    certainty: "POINT_ESTIMATE",
    interval: null,
    baselineRuns: 1,
    candidateRuns: 1,
    reason: null,
  });
  expect(byRank[1].entries[1]).toMatchObject({
    percent: null,
    reason: expect.stringContaining("training_loss") as string,
  });
  expect(byStudy).toMatchObject([
    {
      study: { slug: "beta" },
      minimumViableRank: { rank: 2, bound: "AT_MOST", certainty: "POINT_ESTIMATE" },
      comparedLayers: 1,
      missingLayers: 1,
      differentStartRanks: [],
      memoryReductionPercent: 75,
    },
    {
      study: { slug: "alpha" },
      minimumViableRank: { rank: 4, bound: "EXACT" },
      comparedLayers: 1,
      missingLayers: 0,
      differentStartRanks: [4],
    },
    { study: { slug: "gamma-100" }, meanCosineSimilarity: null, comparedLayers: 0, missingLayers: 1 },
  ]);
  expect(byStudy[0].meanCosineSimilarity).toBeCloseTo(0.8, 12);
  expect(byStudy[1].meanCosineSimilarity).toBeCloseTo(0.5, 12);
  const [{ n }] = (await server.database.sql`select count(*)::int as n from job`) as unknown as [{ n: number }];
  expect(n).toBe(0);
});

test("runs are grouped, with moments and the best run of each group", async () => {
  const { data, errors } = await server.execute(`{
    experimentGroups(by: [BASE_MODEL, QUANTIZATION_BITS], metric: "training_loss") { totalCount nodes {
      baseModel quantizationBits rank n mean standardDeviation standardError min max best { value experiment { name study { slug } } } } }
    most: experimentGroups(by: [RANK], metric: "training_loss", better: MORE, filter: { quantizationBits: { equals: 4 } }) {
      nodes { rank n best { value } } } }`);
  expect(errors).toBeUndefined();
  const { nodes, totalCount } = data.experimentGroups;
  expect(totalCount).toBe(4);
  const group = nodes.find(
    (one: { baseModel: string; quantizationBits: number }) => one.baseModel === "gpt2" && one.quantizationBits === 16,
  );
  // 2, 1.9 and 3
  expect(group).toMatchObject({
    rank: null,
    n: 3,
    min: 1.9,
    max: 3,
    best: { value: 1.9, experiment: { name: "16bit_r4", study: { slug: "alpha" } } },
  });
  expect(group.mean).toBeCloseTo(2.3, 12);
  expect(group.standardDeviation).toBeCloseTo(Math.sqrt((0.09 + 0.16 + 0.49) / 2), 12);
  expect(group.standardError).toBeCloseTo(Math.sqrt((0.09 + 0.16 + 0.49) / 2 / 3), 12);
  expect(data.most.nodes).toEqual([
    { rank: 2, n: 3, best: { value: 3.5 } },
    { rank: 4, n: 1, best: { value: 1.92 } },
    { rank: 8, n: 1, best: { value: 1.41 } },
  ]);
});

test("groups are paged without a gap", async () => {
  const page = `query($after: String) { experimentGroups(by: [STUDY, RANK], metric: "training_loss", first: 2, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { study rank } } }`;
  const seen: unknown[] = [];
  let after: string | null = null;
  do {
    const groups = (await server.execute(page, { after })).data.experimentGroups as {
      nodes: unknown[];
      totalCount: number;
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    expect(groups.totalCount).toBe(5);
    seen.push(...groups.nodes);
    after = groups.pageInfo.hasNextPage ? groups.pageInfo.endCursor : null;
  } while (after !== null);
  expect(seen).toEqual(
    [
      ["alpha", 2],
      ["alpha", 4],
      ["beta", 2],
      ["beta", 8],
      ["delta", 2],
    ].map(([study, rank]) => ({ study, rank })),
  );
});

test("runs are flat rows with the requested metrics, page by page", async () => {
  const page = `query($after: String, $orderBy: ExperimentOrder) {
    experimentRows(metrics: ["peak_memory_mb", "training_loss", "none"], first: 3, after: $after, orderBy: $orderBy) {
      totalCount metrics pageInfo { hasNextPage endCursor } nodes { study name rank method hasWeights values } } }`;
  const all = async (orderBy: unknown) => {
    const rows: { study: string; name: string; values: (number | null)[] }[] = [];
    let after: string | null = null;
    do {
      const { data, errors } = await server.execute(page, { after, orderBy });
      expect(errors).toBeUndefined();
      expect(data.experimentRows.totalCount).toBe(12);
      rows.push(...(data.experimentRows.nodes as typeof rows));
      after = data.experimentRows.pageInfo.hasNextPage ? (data.experimentRows.pageInfo.endCursor as string) : null;
    } while (after !== null);
    return rows;
  };
  const byStudy = await all(undefined);
  expect(byStudy[0]).toEqual({
    study: "alpha",
    name: "16bit_r2",
    rank: 2,
    method: "LORA",
    hasWeights: true,
    values: [1600, 2, null],
  });
  expect(new Set(byStudy.map(({ study, name }) => `${study} ${name}`)).size).toBe(12);
  const byLoss = (await all({ field: "METRIC", direction: "DESC", metric: "training_loss" })).map(
    ({ values }) => values[1],
  );
  expect(byLoss).toEqual([3.5, 3, 2.2, 2, 1.92, 1.9, 1.51, 1.5, 1.41, 1.4, null, null]);
});

test("layers are flat rows over studies and ranks, page by page, with stored results or the reason for none", async () => {
  const page = `query($after: String, $first: Int) { layerRows(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { study rank layer baseline candidate stored cosineSimilarity l2Distance undefinedReason } } }`;
  const rows: Record<string, unknown>[] = [];
  let after: string | null = null;
  do {
    const { data, errors } = await server.execute(page, { after, first: 1 });
    expect(errors).toBeUndefined();
    expect(data.layerRows.totalCount).toBe(6);
    rows.push(...(data.layerRows.nodes as typeof rows));
    after = data.layerRows.pageInfo.hasNextPage ? (data.layerRows.pageInfo.endCursor as string) : null;
  } while (after !== null);
  expect(rows).toEqual((await server.execute(page, { first: 100 })).data.layerRows.nodes);
  expect(rows.map(({ study, rank, stored, undefinedReason }) => [study, rank, stored, undefinedReason])).toEqual([
    ["alpha", 2, true, null],
    ["alpha", 4, true, null],
    ["beta", 2, true, null],
    ["beta", 8, false, null],
    ["delta", 2, true, "WEIGHTS_MISSING"],
    ["gamma-100", 4, false, null],
  ]);
  const alpha = rows[0] as { cosineSimilarity: number; l2Distance: number };
  expect(alpha.cosineSimilarity).toBeCloseTo(0.5, 12);
  // Both scalings are 8: 8 * sqrt(5 - 2)
  expect(alpha.l2Distance).toBeCloseTo(8 * Math.sqrt(3), 12);
  // Stored for other scalings only, so the cosine is known and the distance is not.
  expect(rows[2]).toMatchObject({ baseline: "16bit_r2", candidate: "4bit_r2", l2Distance: null });
  expect(rows[2]?.["cosineSimilarity"]).toBeCloseTo(0.8, 12);
});

test("the number of statements does not grow with the number of studies", async () => {
  const one = "alpha";
  const four = ["alpha", "beta", "gamma-100", "delta"];
  const browse = `query($first: Int) { studies(first: $first) { totalCount pageInfo { endCursor } edges { cursor }
    nodes { slug tags experiments(first: 1) { totalCount nodes { name } } } } }`;
  const rows = `query($slugs: [String!]) {
    experimentRows(filter: { study: { slug: { in: $slugs } } }) { totalCount nodes { name values } }
    layerRows(filter: { slug: { in: $slugs } }) { totalCount nodes { layer cosineSimilarity } }
    experimentGroups(by: [STUDY], metric: "training_loss", filter: { study: { slug: { in: $slugs } } }) {
      totalCount nodes { study best { experiment { name study { name } } } } } }`;
  const count = async (source: string, variables: Record<string, unknown>) => {
    const before = server.statements();
    const { errors } = await server.execute(source, variables);
    expect(errors).toBeUndefined();
    return server.statements() - before;
  };
  for (const [source, few, many, most] of [
    [browse, { first: 1 }, { first: 4 }, 4],
    [ACROSS, { slugs: [one] }, { slugs: four }, 3],
    [rows, { slugs: [one] }, { slugs: four }, 11],
  ] as const) {
    const large = await count(source, many);
    expect(await count(source, few)).toBe(large);
    expect(await count(source, many)).toBe(large);
    expect(large).toBeGreaterThan(1);
    expect(large).toBeLessThanOrEqual(most);
  }
});
