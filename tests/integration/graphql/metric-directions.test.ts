import { beforeAll, describe, expect, test } from "vitest";
import type { MetricDirectionRecord } from "#src/model/metric-directions.js";
import type { StudyRecord } from "#src/model/records.js";
import type { Database } from "#src/store/database.js";
import { storedToken } from "../../support/access-tokens.js";
import { apiServer } from "../../support/api-server.js";
import { UNCACHED } from "../../support/still-limits.js";
import { storeStudy } from "../../support/store-study.js";
import { experimentRecord, studyRecord } from "../../support/study-record.js";

const run = (bits: number, score: number) =>
  experimentRecord(`${bits}bit`, {
    method: bits === 4 ? "QLORA" : "LORA",
    quantization: { label: `${bits}bit`, bits, scheme: null },
    metrics: [
      { name: "training_loss", value: 2, source: "t.csv" },
      { name: "zeta", value: score, source: "t.csv" },
      { name: "accuracy", value: score, source: "t.csv" },
    ],
    checkpoints: [],
  });

const record = (name: string, metricDirections: readonly MetricDirectionRecord[] = []): StudyRecord =>
  studyRecord([run(16, 10), run(4, 9)], { name, folder: `/${name}`, metricDirections });

const store = (database: Database, study: StudyRecord) => storeStudy(database, study, { morePrecise: () => undefined });

const server = apiServer(
  async (database) => {
    await store(database, record("one"));
    await store(database, record("two"));
  },
  { limits: UNCACHED },
);

const FROM_FILE = [{ metric: "zeta", higherIsBetter: false, file: "rankscope.yaml" }];

const judged = async (metric: string, requested?: boolean) => {
  const { data, errors } = await server.execute(
    `query($metric: String, $higher: Boolean) { study(slug: "one") { ranks {
      degradation(metricKey: $metric, higherIsBetter: $higher) { percent higherIsBetter directionSource reason } } } }`,
    { metric, higher: requested },
  );
  expect(errors).toBeUndefined();
  return data.study.ranks[0].degradation;
};

const UPDATE = `mutation($slug: String!, $name: String, $directions: [MetricDirectionInput!] = []) {
  updateStudy(slug: $slug, name: $name, metricDirections: $directions) {
    name metricDirections { metric higherIsBetter source file fileHigherIsBetter statedBy statedAt } } }`;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the query determines the shape, which the tests assert
const update = async (variables: Record<string, unknown>): Promise<any> => {
  const { data, errors } = await server.execute(UPDATE, { slug: "one", ...variables });
  expect(errors).toBeUndefined();
  return data.updateStudy;
};

describe("the better direction of a metric", () => {
  test("is that of its name until a person states another", async () => {
    expect(await judged("zeta")).toMatchObject({ percent: null, higherIsBetter: null, directionSource: null });
    expect((await judged("zeta")).reason).toContain("updateStudy");
    expect(await judged("accuracy")).toMatchObject({ percent: 10, higherIsBetter: true, directionSource: "NAME" });
    const { metricDirections } = await update({
      directions: [
        { metric: "zeta", higherIsBetter: true },
        { metric: "accuracy", higherIsBetter: false },
      ],
    });
    expect(metricDirections).toMatchObject([
      { metric: "accuracy", higherIsBetter: false, source: "PERSON", file: null, fileHigherIsBetter: null },
      { metric: "zeta", higherIsBetter: true, statedBy: null, statedAt: expect.any(String) as string },
    ]);
    expect(await judged("zeta")).toMatchObject({ percent: 10, higherIsBetter: true, directionSource: "PERSON" });
    expect(await judged("accuracy")).toMatchObject({ percent: -10, higherIsBetter: false });
    await update({ directions: [{ metric: "accuracy", higherIsBetter: null }] });
    expect(await judged("accuracy")).toMatchObject({ higherIsBetter: true, directionSource: "NAME" });
  });

  test("is that of the request first", async () => {
    await update({ directions: [{ metric: "zeta", higherIsBetter: true }] });
    expect(await judged("zeta", false)).toMatchObject({ percent: -10, directionSource: "REQUEST" });
  });

  test("applies to Pareto frontiers and recommendations", async () => {
    await update({ directions: [{ metric: "zeta", higherIsBetter: true }] });
    const { data, errors } = await server.execute(
      `{ study(slug: "one") { paretoFrontier(xKey: "training_loss", yKey: "zeta") { dominated experiment { name } }
        recommendation(metricKey: "zeta") { experiment { name } } } }`,
    );
    expect(errors).toBeUndefined();
    const { paretoFrontier, recommendation } = data.study;
    const best = paretoFrontier.filter(({ dominated }: { dominated: boolean }) => !dominated);
    expect(best).toMatchObject([{ experiment: { name: "16bit" } }]);
    expect(recommendation.experiment.name).toBe("16bit");
  });

  test("comes from rankscope.yaml, under that of a person, and is kept by further imports", async () => {
    await update({ directions: [{ metric: "zeta", higherIsBetter: true }], name: "Renamed" });
    const { conflicts } = await store(server.database, record("one", FROM_FILE));
    expect(conflicts).toMatchObject([{ where: "rankscope.yaml" }]);
    const kept = await update({});
    expect(kept).toMatchObject({
      name: "Renamed",
      metricDirections: [
        { metric: "zeta", higherIsBetter: true, source: "PERSON", file: "rankscope.yaml", fileHigherIsBetter: false },
      ],
    });
    await update({ directions: [{ metric: "zeta", higherIsBetter: null }] });
    expect(await judged("zeta")).toMatchObject({ percent: -10, directionSource: "SETTINGS_FILE" });
    await store(server.database, record("one"));
    expect(await judged("zeta")).toMatchObject({ directionSource: null });
  });

  test("takes no further statement", async () => {
    const count = async (metric: string) => {
      const before = server.statements();
      await judged(metric);
      return server.statements() - before;
    };
    await update({ directions: [{ metric: "zeta", higherIsBetter: true }] });
    expect(await count("zeta")).toBe(await count("training_loss"));
  });
});

describe("updateStudy rejects", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["an empty name", { name: " " }, "1 to 200 characters"],
    ["a long name", { name: "a".repeat(201) }, "1 to 200 characters"],
    ["a zero character", { directions: [{ metric: "a\0", higherIsBetter: true }] }, "1 to 200 characters"],
    [
      "a metric whose direction is defined",
      { directions: [{ metric: "eval_loss", higherIsBetter: true }] },
      "eval_loss",
    ],
    [
      "a metric twice",
      { directions: [true, false].map((higherIsBetter) => ({ metric: "a", higherIsBetter })) },
      "2 directions of 1 metrics",
    ],
    [
      "too many metrics",
      { directions: Array.from({ length: 101 }, (_, i) => ({ metric: `m${i}`, higherIsBetter: true })) },
      "up to 100",
    ],
  ])("%s", async (_, variables, message) => {
    const before = await server.database.sql`select metric_directions, name from study`;
    const { errors } = await server.execute(UPDATE, { slug: "one", ...variables });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(message) as string,
      extensions: { code: "ARGUMENT_INVALID" },
    });
    expect(await server.database.sql`select metric_directions, name from study`).toEqual(before);
  });

  test("more metrics than a study may have, also in several requests", async () => {
    const some = (from: number) =>
      Array.from({ length: 60 }, (_, i) => ({ metric: `m${from + i}`, higherIsBetter: true }));
    await update({ directions: some(0) });
    const { errors } = await server.execute(UPDATE, { slug: "one", directions: some(60) });
    expect(errors?.[0]?.message).toContain("with the new ones");
    await update({ directions: some(0).map(({ metric }) => ({ metric, higherIsBetter: null })) });
  });

  test("names of Object's prototype change nothing else", async () => {
    const { metricDirections } = await update({ directions: [{ metric: "__proto__", higherIsBetter: true }] });
    expect(metricDirections.map(({ metric }: { metric: string }) => metric)).toContain("__proto__");
    expect(await judged("constructor")).toMatchObject({ directionSource: null });
    await update({ directions: [{ metric: "__proto__", higherIsBetter: null }] });
  });

  test("an unknown study", async () => {
    const { errors } = await server.execute(UPDATE, { slug: "none", name: "x" });
    expect(errors?.[0]?.extensions.code).toBe("STUDY_NOT_FOUND");
  });
});

describe("with tokens", () => {
  let writer = "";
  const ask = async (variables: Record<string, unknown>) => {
    const response = await fetch(new URL("/graphql", server.address), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${writer}` },
      body: JSON.stringify({ query: UPDATE, variables }),
    });
    return (await response.json()) as { errors?: { extensions: { code: string } }[] };
  };

  beforeAll(async () => {
    writer = (await storedToken(server.database, { role: "WRITER", studies: ["one"] })).text;
    // PostgreSQL notifies the server.
    while ((await ask({ slug: "one" })).errors !== undefined);
  });

  test("a writer changes the studies of its token only", async () => {
    const directions = [{ metric: "zeta", higherIsBetter: false }];
    expect((await ask({ slug: "one", directions })).errors).toBeUndefined();
    expect((await ask({ slug: "two", directions })).errors?.[0]?.extensions.code).toBe("STUDY_NOT_FOUND");
    const [two] = await server.database.sql`select metric_directions from study where slug = 'two'`;
    expect(two).toEqual({ metric_directions: {} });
  });
});
