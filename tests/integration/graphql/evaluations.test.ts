import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { importStudy } from "#src/jobs/import/import-study.js";
import type { ImportResult } from "#src/model/job-payloads.js";
import type { Database } from "#src/store/database.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { apiServer } from "../../support/api-server.js";
import { fixtureFile } from "../../support/fixture-file.js";

// Two runs of a table, evaluated by lm-evaluation-harness, and compared with llama.cpp.

let folder: string;
const ids: Record<string, string> = {};

async function importFolder(database: Database): Promise<ImportResult> {
  return importStudy({ database, weights: await openWeightStore({ kind: "in-place" }) }, { folder, slug: "evaluated" });
}

const api = apiServer(async (database) => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "rankscope-evaluations-")));
  await writeFile(path.join(folder, "results.csv"), "experiment,eval_loss\n16bit_r8_s1,2.5\n4bit_r8_s1,2.6\n");
  await cp(fixtureFile("lm-eval-samples"), path.join(folder, "evaluations"), { recursive: true });
  await mkdir(path.join(folder, "kl"));
  await cp(fixtureFile("llama-cpp", "kld-4bit_r8_s1.txt"), path.join(folder, "kl", "kld.txt"));
  await importFolder(database);
});

afterAll(() => rm(folder, { recursive: true }));

beforeAll(async () => {
  const { data } = await api.execute(`{ study(slug: "evaluated") { experiments(first: 9) { nodes { id name } } } }`);
  for (const { id, name } of data.study.experiments.nodes) ids[name] = id;
});

test("evaluations of a run are listed in pages, with their standard errors, items and directions", async () => {
  const page = `query($id: ID!, $after: String) { experiment(id: $id) { evaluations(first: 2, after: $after, tasks: ["parity", "words"]) {
    pageInfo { hasNextPage endCursor } nodes { name value standardError sampleCount shots taskVersion higherIsBetter tool subtasks filter source } } } }`;
  const first = (await api.execute(page, { id: ids["4bit_r8_s1"] })).data.experiment.evaluations;
  expect(first.nodes[0]).toMatchObject({
    name: "parity/acc",
    value: 0.525,
    sampleCount: 40,
    shots: 0,
    taskVersion: "1.5",
    higherIsBetter: true,
    tool: "lm-evaluation-harness",
    subtasks: [],
    filter: null,
  });
  expect(first.nodes[0].source).toMatch(/^evaluations\/runs__4bit_r8_s1\/results_/);
  const after = first.pageInfo.endCursor;
  const rest = (await api.execute(page, { id: ids["4bit_r8_s1"], after })).data.experiment.evaluations;
  const names = [...first.nodes, ...rest.nodes].map(({ name }: { name: string }) => name);
  expect(names.sort()).toEqual([
    "parity/acc",
    "parity/acc_norm",
    "words/exact_match,flexible-extract",
    "words/exact_match,strict-match",
  ]);
  expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
});

test("statistics of llama.cpp are evaluations and metrics of the run whose adapter the log names", async () => {
  const { data } = await api.execute(
    `query($id: ID!) { experiment(id: $id) { metrics { name value } evaluations(tasks: ["kl"]) { nodes { name value standardError higherIsBetter source } } } }`,
    { id: ids["4bit_r8_s1"] },
  );
  const kl = data.experiment.evaluations.nodes.find(({ name }: { name: string }) => name === "kl/kl_divergence");
  expect(kl).toEqual({
    name: "kl/kl_divergence",
    value: 0.004132,
    standardError: 0.000109,
    higherIsBetter: false,
    source: "kl/kld.txt",
  });
  const metrics = new Map(
    data.experiment.metrics.map((metric: { name: string; value: number }) => [metric.name, metric.value]),
  );
  expect(metrics.get("kl/same_top_token_percent_stderr")).toBe(1.01);
  expect(metrics.get("kl/kl_divergence_percentile_99.9")).toBe(0.01311);
});

test("the tasks of two runs are compared, with the direction that the file states", async () => {
  const { data } = await api.execute(
    `query($a: ID!, $b: ID!) { compareEvaluations(baseline: $a, candidate: $b, first: 1) { totalCount pageInfo { hasNextPage }
      nodes { name higherIsBetter adjustedP unequal baseline { value } candidate { value standardError }
        difference { absolute standardError absoluteInterval { low high } percent z p reason } } } }`,
    { a: ids["16bit_r8_s1"], b: ids["4bit_r8_s1"] },
  );
  const { totalCount, pageInfo, nodes } = data.compareEvaluations;
  expect(totalCount).toBeGreaterThan(4);
  expect(pageInfo.hasNextPage).toBe(true);
  expect(nodes).toHaveLength(1);
  expect(nodes[0].candidate).not.toBeNull();
});

test("the degradation of a task's metric says how far the items alone explain it", async () => {
  const { data } = await api.execute(
    `{ study(slug: "evaluated") { ranks { degradation(metricKey: "parity/acc") { higherIsBetter certainty absolute percent items { absolute standardError p percent } } plain: degradation { items { p } } } } }`,
  );
  const [{ degradation, plain }] = data.study.ranks;
  expect(degradation).toMatchObject({ higherIsBetter: true, certainty: "POINT_ESTIMATE" });
  expect(degradation.items.absolute).toBeCloseTo(degradation.absolute, 12);
  expect(degradation.items.percent).toBeCloseTo(degradation.percent, 10);
  expect(degradation.items.p).toBeGreaterThan(0);
  expect(plain.items).toBeNull();
});

test("an import of the same folder changes nothing", async () => {
  const {
    outcomes: [outcome],
  } = await importFolder(api.database);
  expect([outcome.added, outcome.updated].flatMap((counts) => Object.values(counts) as number[])).toEqual(
    Array(12).fill(0),
  );
  expect(outcome.conflicts).toEqual([]);
});

test("the number of statements does not grow with the number of runs whose evaluations are listed", async () => {
  const ask = async (list: readonly (string | undefined)[]): Promise<number> => {
    const before = api.statements();
    await api.execute(`query($ids: [ID!]!) { experiments(ids: $ids) { evaluations { nodes { name } } } }`, {
      ids: list,
    });
    return api.statements() - before;
  };
  expect(await ask([ids["16bit_r8_s1"], ids["4bit_r8_s1"]])).toBe(await ask([ids["4bit_r8_s1"]]));
});
