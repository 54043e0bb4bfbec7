import { readFileSync } from "node:fs";
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
import { rankscope } from "../../support/rankscope.js";

// Two runs of a table, evaluated by lm-evaluation-harness with its samples, and compared with llama.cpp.

interface MetricFigures {
  readonly metric: string;
  readonly baseline: number;
  readonly candidate: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly t: number;
  readonly p: number;
  readonly rightToWrong: number;
  readonly wrongToRight: number;
  readonly bothRight: number;
  readonly bothWrong: number;
  readonly mcnemar: number;
  readonly flipped: readonly number[];
}

/** Figures of NumPy and SciPy: scripts/reference-figures/predictions.py. */
const FIGURES = JSON.parse(
  readFileSync(new URL("../../reference-figures/predictions.json", import.meta.url), "utf8"),
) as { n: number; textMatches: number; exact: [number, number]; metrics: MetricFigures[] };

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

test("the items of a page of tasks are paired, with the same figures as of one task, or the reason why not", async () => {
  const ask = async (tasks: readonly string[]) => {
    const before = api.statements();
    const { data, errors } = await api.execute(
      `query($a: ID!, $b: ID!, $tasks: [String!]) { compareEvaluations(baseline: $a, candidate: $b, tasks: $tasks) { nodes { name
        paired { reason comparison { joined metric { name n mean test { p } flips { rightToWrong wrongToRight p } } } } } } }`,
      { ...pair(), tasks },
    );
    expect(errors).toBeUndefined();
    return { statements: api.statements() - before, nodes: data.compareEvaluations.nodes };
  };
  const { nodes, statements } = await ask(["parity", "words", "kl"]);
  const of = (name: string) => nodes.find((node: { name: string }) => node.name === name).paired;
  for (const figures of FIGURES.metrics) {
    const { comparison, reason } = of(`parity/${figures.metric}`);
    expect(reason).toBeNull();
    expect(comparison).toMatchObject({ joined: FIGURES.n, metric: { name: figures.metric, mean: figures.mean } });
    expect(comparison.metric.test.p).toBeCloseTo(figures.p, 9);
    expect(comparison.metric.flips.p).toBeCloseTo(figures.mcnemar, 9);
  }
  expect(of("words/exact_match,strict-match").comparison.metric.n).toBe(8);
  expect(of("kl/kl_divergence")).toEqual({ comparison: null, reason: "Only one of the runs has this result." });
  // One statement a metric: acc, acc_norm, and exact_match of words.
  expect(statements).toBe((await ask(["parity"])).statements + 1);
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

const COMPARE = `query($a: ID!, $b: ID!, $task: String!, $metric: String, $filter: String, $interval: PairedIntervalMethod! = T, $first: Int! = 50, $after: String) {
  comparePredictions(baseline: $a, candidate: $b, task: $task, metric: $metric, filter: $filter, interval: $interval) {
    baseline { task filter tool n identity metrics source } candidate { n } isAssumed joined onlyBaseline onlyCandidate differentPrompts
    textMatch { n matches } exactMatch { n baseline candidate } tokenMatch { share n reason }
    metric { name n baseline candidate mean interval { low high } intervalMethod intervalReason test { t p }
      flips { bothRight bothWrong rightToWrong wrongToRight p } }
    flips(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
      nodes { item direction prompt { text characters } target { text } baseline { text } candidate { text } } } } }`;

const pair = () => ({ a: ids["16bit_r8_s1"], b: ids["4bit_r8_s1"] });

test("the predictions of a run are listed by task and filter", async () => {
  const { data } = await api.execute(
    `query($id: ID!) { experiment(id: $id) { predictions(first: 2) { pageInfo { hasNextPage } nodes { task filter n metrics identity tool } } } }`,
    { id: ids["4bit_r8_s1"] },
  );
  const { pageInfo, nodes } = data.experiment.predictions;
  expect(pageInfo.hasNextPage).toBe(true);
  expect(nodes).toEqual([
    {
      task: "parity",
      filter: null,
      n: 40,
      metrics: ["acc", "acc_norm"],
      identity: "DOCUMENT",
      tool: "lm-evaluation-harness",
    },
    {
      task: "words",
      filter: "flexible-extract",
      n: 8,
      metrics: ["exact_match"],
      identity: "DOCUMENT",
      tool: "lm-evaluation-harness",
    },
  ]);
});

test.each(FIGURES.metrics)("paired tests of $metric over items are those of SciPy", async (figures) => {
  const { data } = await api.execute(COMPARE, { ...pair(), task: "parity", metric: figures.metric });
  const { metric, flips, textMatch, exactMatch, ...rest } = data.comparePredictions;
  expect(rest).toMatchObject({
    joined: FIGURES.n,
    onlyBaseline: 0,
    onlyCandidate: 0,
    differentPrompts: 0,
    isAssumed: false,
  });
  expect(textMatch).toEqual({ n: FIGURES.n, matches: FIGURES.textMatches });
  expect(exactMatch).toEqual({ n: FIGURES.n, baseline: FIGURES.exact[0], candidate: FIGURES.exact[1] });
  expect([metric.baseline, metric.candidate, metric.mean]).toEqual([figures.baseline, figures.candidate, figures.mean]);
  expect(metric.interval.low).toBeCloseTo(figures.low, 8);
  expect(metric.interval.high).toBeCloseTo(figures.high, 8);
  expect(metric.test.t).toBeCloseTo(figures.t, 9);
  expect(metric.test.p).toBeCloseTo(figures.p, 9);
  const { bothRight, bothWrong, rightToWrong, wrongToRight, mcnemar } = figures;
  expect(metric.flips).toMatchObject({ bothRight, bothWrong, rightToWrong, wrongToRight });
  expect(metric.flips.p).toBeCloseTo(mcnemar, 9);
  expect(flips.nodes.map(({ item }: { item: string }) => Number(item))).toEqual(figures.flipped);
});

test("flipped items are paged with their texts", async () => {
  const page = async (after?: string) =>
    (await api.execute(COMPARE, { ...pair(), task: "parity", metric: "acc", first: 15, after })).data.comparePredictions
      .flips;
  const first = await page();
  const second = await page(first.pageInfo.endCursor);
  expect([first.totalCount, first.nodes.length, second.nodes.length, second.pageInfo.hasNextPage]).toEqual([
    22,
    15,
    7,
    false,
  ]);
  const [flip] = first.nodes;
  const right = flip.direction === "RIGHT_TO_WRONG" ? flip.baseline : flip.candidate;
  expect(right.text).toBe(flip.target.text);
  expect(flip.prompt).toEqual({ text: `Is ${flip.item} even?`, characters: `Is ${flip.item} even?`.length });
});

test("a bootstrap on a thread of its own gives a close interval, the same for the same seed", async () => {
  const ask = async () =>
    (await api.execute(COMPARE, { ...pair(), task: "parity", metric: "acc", interval: "BOOTSTRAP_BCA" })).data
      .comparePredictions.metric;
  const first = await ask();
  expect(first.intervalMethod).toBe("BOOTSTRAP_BCA");
  expect(first.interval.low).toBeCloseTo(FIGURES.metrics[0]?.low ?? NaN, 1);
  expect(await ask()).toEqual(first);
});

test("token ids that no file has are a reason, and a text is never split into tokens", async () => {
  const { data } = await api.execute(COMPARE, { ...pair(), task: "words" });
  const { tokenMatch, metric, baseline } = data.comparePredictions;
  expect(tokenMatch).toMatchObject({ share: null, n: 0 });
  expect(tokenMatch.reason).toContain("no token ids");
  expect([baseline.filter, metric.name]).toEqual(["flexible-extract", "exact_match"]);
});

test("unknown tasks, filters and metrics are refused with what is allowed", async () => {
  const messageOf = async (variables: Record<string, unknown>) =>
    (await api.execute(COMPARE, { ...pair(), task: "parity", ...variables })).errors?.[0]?.message;
  expect(await messageOf({ task: "other" })).toContain("has no predictions");
  expect(await messageOf({ metric: "bleu" })).toContain("acc, acc_norm");
  expect(await messageOf({ filter: "strict-match" })).toContain("none");
});

test("rankscope predictions prints the comparison, and the tasks if none is named", async () => {
  const run = (...options: string[]) =>
    rankscope(["predictions", "evaluated/16bit_r8_s1", "evaluated/4bit_r8_s1", ...options], {
      RANKSCOPE_SERVER: api.address,
    });
  const [printed, json, without] = await Promise.all([
    run("--task", "parity", "--metric", "acc", "--limit", "3"),
    run("--task", "parity", "--json"),
    run(),
  ]);
  expect(printed.stdout).toContain("parity: 40 items of both runs, 0 only of the baseline, 0 only of the candidate.");
  expect(printed.stdout).toContain("Flips: 11 from right to wrong, 11 from wrong to right; McNemar's exact p = 1.");
  expect(printed.stdout).toContain("19 more flipped items: raise --limit.");
  expect(JSON.parse(json.stdout)).toMatchObject({ task: "parity", joined: 40, metric: { name: "acc" } });
  expect(without.code).toBe(2);
  expect(without.stderr).toContain("parity, words");
});
