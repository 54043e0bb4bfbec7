import { readFileSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { execute } from "#src/graphql/execute.js";
import { describeEvaluationSet } from "#src/import/evaluation-set/describe-evaluation-set.js";
import { importStudy } from "#src/jobs/import/import-study.js";
import { saveEvaluationSet } from "#src/store/evaluation-sets.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { freshDatabase } from "../../support/database.js";
import { realServices, type RealServices } from "../../support/real-services.js";

// The models run on ONNX Runtime in a worker of this process. Expected losses are those of transformers, PEFT and bitsandbytes
// (scripts/reference/quantization.py).

const STUDY = fileURLToPath(new URL("../../../examples/reference-study", import.meta.url));
const REFERENCE = fileURLToPath(new URL("../../fixtures/quantization/example-study.json", import.meta.url));
const { tokens, runs } = JSON.parse(readFileSync(REFERENCE, "utf8")) as {
  readonly tokens: readonly number[];
  readonly runs: Readonly<Record<string, { readonly loss: number }>>;
};

/** Answers are compared with expected values, so that their type says nothing. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Answer = any;

const fresh = freshDatabase();
let folder: string;
let real: RealServices;
let ids: ReadonlyMap<string, string>;

async function register(name: string, lines: readonly object[], ownDataOf: readonly string[] = []): Promise<void> {
  const file = path.join(folder, `${name}.jsonl`);
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const record = { ...(await describeEvaluationSet(file, name)), name, ownDataOf };
  await saveEvaluationSet(fresh.database, record, SERVER_ACTOR);
}

/** States how the base of the 4-bit runs was quantized, which the study's files do not say. */
async function stateDoubleQuantization(value: boolean): Promise<void> {
  await fresh.database.sql`
    insert into experiment_setting (experiment_id, field, value, file, key, certainty)
    select id, 'double_quantization', ${fresh.database.sql.json(value)}, '', '', 'STATED' from experiment where quantization_bits = 4
    on conflict (experiment_id, field) do update set value = excluded.value`;
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "rankscope-behaviour-")));
  const weights = await openWeightStore({ kind: "in-place" });
  await importStudy({ database: fresh.database, weights }, { folder: STUDY });
  await weights.close();
  const rows = await fresh.database.sql<{ id: string; name: string }[]>`select id, name from experiment`;
  ids = new Map(rows.map(({ id, name }) => [name, id]));
  await stateDoubleQuantization(false);
  await register("reference", [{ input_ids: tokens }, { input_ids: tokens.slice(0, 40) }, { input_ids: [1] }]);
  real = await realServices(fresh.database, { url: fresh.url, importRoots: [] });
});
afterAll(async () => {
  await real.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await fresh.database.sql`truncate behaviour_fact, behaviour_item, job, job_fact, job_part`;
});

const MEASUREMENT = `status reason job { id kind status } computed { provider precision items tokens scoredTokens cached
  leftOut { count reason lines } }`;
const RUN = `query($id: ID!, $on: String!, $wait: Float) { experiment(id: $id) { behaviour(on: $on, waitSeconds: $wait) {
  ${MEASUREMENT} loss { mean standardDeviation n interval { low high } } perplexity scoredTokens
  recordedLoss { recorded measured form relativeDifference differs } } } }`;

async function runBehaviour(run: string, on: string, wait = 60) {
  const answer = await execute(real.services, RUN, { id: ids.get(run), on, wait });
  return (answer as { experiment: { behaviour: Answer } }).experiment.behaviour;
}

const count = async (table: string) =>
  (await fresh.database.sql<{ n: number }[]>`select count(*)::int as n from ${fresh.database.sql(table)}`)[0]?.n;

describe("a run's loss", () => {
  test.each(Object.keys(runs))("of %s is that of transformers on its own base", async (run) => {
    await register("one", [{ input_ids: tokens }]);
    const behaviour = await runBehaviour(run, "one");
    expect(behaviour).toMatchObject({ status: "READY", reason: null, job: null, scoredTokens: tokens.length - 1 });
    expect(Math.abs(behaviour.loss.mean / (runs[run]?.loss ?? NaN) - 1)).toBeLessThan(1e-5);
    expect(behaviour.perplexity).toBeCloseTo(Math.exp(behaviour.loss.mean), 9);
  });

  test("is computed once, stored by item, and says which items were left out", async () => {
    const first = await runBehaviour("16bit_r8_s0", "reference");
    expect(first.loss).toMatchObject({ n: 2 });
    expect(first.computed).toEqual([
      {
        provider: "cpu",
        precision: "float32",
        items: 2,
        tokens: tokens.length + 40,
        scoredTokens: tokens.length + 38,
        cached: false,
        leftOut: { count: 1, reason: "1 item has no scored token.", lines: [3] },
      },
    ]);
    expect([await count("behaviour_fact"), await count("behaviour_item"), await count("job")]).toEqual([1, 2, 1]);
    const second = await runBehaviour("16bit_r8_s0", "reference");
    expect(second).toEqual({ ...first, computed: [{ ...first.computed[0], cached: true }] });
    expect(await count("job")).toBe(1);
  });
});

const PAIR = `query($a: ID!, $b: ID!, $on: String!, $wait: Float, $new: Int = 8) {
  compareExperiments(baseline: $a, candidate: $b) { behaviour(on: $on, waitSeconds: $wait) {
    divergence { ${MEASUREMENT} scoredTokens klDivergence { mean standardDeviation n median p95 p99 max interval { low high } }
      topTokenAgreement { mean n } rmsProbabilityChange perplexityRatio perplexityRatioInterval { low high }
      lossDifference { mean } }
    tokenMatch(newTokens: $new) { status reason match { mean n } computed { items } }
    withPrompt: tokenMatch(newTokens: $new, promptTokens: INCLUDED) { status match { mean n } }
    embeddingSimilarity { status reason match { mean n } }
    flips { status reason } } } }`;

async function pairBehaviour(baseline: string, candidate: string, on: string, wait = 60) {
  const answer = await execute(real.services, PAIR, { a: ids.get(baseline), b: ids.get(candidate), on, wait });
  return (answer as { compareExperiments: { behaviour: Answer } }).compareExperiments.behaviour;
}

/** Prompts of 12 tokens and completions of 20, from the study's own evaluation text. */
const prompted = Array.from({ length: 4 }, (_, i) => {
  const ids32 = tokens.slice(32 * i, 32 * i + 32);
  return { input_ids: ids32, labels: ids32.map((id, at) => (at < 12 ? -100 : id)) };
});

describe("a pair of runs", () => {
  test("differs by quantization as its losses do, and less than from another seed", async () => {
    await register("prompted", prompted);
    const quantized = await pairBehaviour("16bit_r8_s0", "4bit_r8_s0", "prompted");
    const { divergence } = quantized;
    expect(divergence).toMatchObject({ status: "READY", scoredTokens: 80, klDivergence: { n: 4 } });
    expect(divergence.perplexityRatio).toBeCloseTo(Math.exp(divergence.lossDifference.mean), 9);
    const [one, other] = [await runBehaviour("16bit_r8_s0", "prompted"), await runBehaviour("4bit_r8_s0", "prompted")];
    expect(divergence.lossDifference.mean).toBeCloseTo(other.loss.mean - one.loss.mean, 4);
    const seeds = await pairBehaviour("16bit_r8_s0", "16bit_r8_s1", "prompted");
    expect(seeds.divergence.klDivergence.mean).toBeGreaterThan(divergence.klDivergence.mean);
    expect(quantized.tokenMatch).toMatchObject({
      status: "READY",
      match: { n: 4 },
      computed: [{ items: 4 }, { items: 4 }],
    });
    // 12 equal tokens of the prompt, and 8 others.
    const { mean } = quantized.tokenMatch.match;
    expect(quantized.withPrompt.match.mean).toBeCloseTo((12 + 8 * mean) / 20, 9);
    expect(quantized.embeddingSimilarity.match.mean).toBeGreaterThan(seeds.embeddingSimilarity.match.mean);
    expect(quantized.flips).toEqual({
      status: "UNAVAILABLE",
      reason: "No item of prompted can be measured: 4 items have no choices.",
    });
    // 2 divergences, 2 losses, and continuations, embeddings and choices of 3 models.
    expect(await count("behaviour_fact")).toBe(2 + 2 + 3 * 3);
  });

  test("of equal models has no divergence, and equal models share their facts", async () => {
    await register("prompted", prompted);
    const same = await pairBehaviour("16bit_r8_s0", "16bit_r8_s0", "prompted");
    expect(same.divergence.klDivergence.max).toBeLessThan(1e-6);
    expect([same.divergence.topTokenAgreement.mean, same.tokenMatch.match.mean]).toEqual([1, 1]);
    expect(await count("behaviour_fact")).toBe(1 + 3);
  });
});

const RANK = `query($on: String!) { study(slug: "reference-study") { ranks { r behaviour(on: $on, waitSeconds: 60) {
  klDivergence { mean standardDeviation n interval { low high } } seedKlDivergence { mean n } ratioToSeeds statement
  pairs { seed reference { name } candidate { name } divergence { status reason } }
  seedPairs { seed reference { name } candidate { name } divergence { status } } } } } }`;

const PLOTS = `query($on: String!) { study(slug: "reference-study") {
  divergence: plot(kind: DIVERGENCE_BY_RANK, on: $on, waitSeconds: 60) { vegaLite missing { because } notes }
  loss: plot(kind: SET_LOSS_BY_RANK, on: $on, waitSeconds: 60) { vegaLite missing { because } }
  match: plot(kind: TOKEN_MATCH_BY_RANK, on: $on, rank: 8, waitSeconds: 60) { vegaLite missing { because } }
  unnamed: plot(kind: SET_LOSS_BY_RANK) { missing { because } } } }`;

describe("a rank", () => {
  test("compares quantization with another seed, over pairs", async () => {
    await register("prompted", prompted);
    const answer = (await execute(real.services, RANK, { on: "prompted" })) as { study: { ranks: Answer[] } };
    const rank = answer.study.ranks.find(({ r }) => r === 8)?.behaviour;
    expect(rank.pairs.map(({ seed }: Answer) => seed)).toEqual([0, 1, 2]);
    expect(rank.seedPairs.map(({ reference, candidate }: Answer) => [reference.name, candidate.name])).toEqual([
      ["16bit_r8_s0", "16bit_r8_s1"],
      ["16bit_r8_s1", "16bit_r8_s2"],
    ]);
    expect([rank.klDivergence.n, rank.seedKlDivergence.n]).toEqual([3, 2]);
    expect(rank.ratioToSeeds).toBeLessThan(1);
    expect(rank.statement).toContain("less than another seed of the baseline does");
    // Rank 3 has one seed, so that there is no noise floor.
    const single = answer.study.ranks.find(({ r }) => r === 3)?.behaviour;
    expect(single).toMatchObject({ seedPairs: [], seedKlDivergence: null, ratioToSeeds: null, statement: null });
    // The plots have the same numbers, and say where there is none.
    const plots = (await execute(real.services, PLOTS, { on: "prompted" })) as { study: Record<string, Answer> };
    const { divergence, loss, match, unnamed } = plots.study;
    const marksOf = ({ vegaLite }: Answer, r: number) => vegaLite.data.values.filter((one: Answer) => one.rank === r);
    const { mean, n, interval } = rank.klDivergence;
    expect(divergence.missing).toBeNull();
    expect(marksOf(divergence, 8)).toMatchObject([
      { side: "candidate against baseline", mean, n, low: interval.low, high: interval.high },
      { side: "baseline against another seed", mean: rank.seedKlDivergence.mean, n: 2 },
    ]);
    expect(divergence.notes).toContainEqual(expect.stringContaining("Baseline against another seed at rank"));
    const losses = await Promise.all(
      [0, 1, 2].map(async (seed) => Number((await runBehaviour(`16bit_r8_s${seed}`, "prompted")).loss.mean)),
    );
    const [baseline, candidate] = marksOf(loss, 8);
    expect([baseline.n, candidate.n]).toEqual([3, 3]);
    expect(baseline.mean).toBeCloseTo(losses.reduce((sum, one) => sum + one, 0) / 3, 12);
    const agreement = await execute(
      real.services,
      `{ study(slug: "reference-study") { diagnosticSummary(rank: 8, on: "prompted") { meanTokenMatch } } }`,
      {},
    );
    expect(marksOf(match, 8)).toMatchObject([
      { mean: (agreement as { study: Answer }).study.diagnosticSummary.meanTokenMatch, n: 3 },
    ]);
    const written = await execute(
      real.services,
      `query($on: String!) { study(slug: "reference-study") { with: report(format: JSON, on: $on) without: report } }`,
      { on: "prompted" },
    );
    const { with: withSet, without } = (written as { study: Record<"with" | "without", string> }).study;
    const reported = JSON.parse(withSet).behaviour;
    expect(reported.set).toBe("prompted");
    expect(reported.ranks.find(({ r }: Answer) => r === 8).behaviour.statement).toBe(rank.statement);
    expect(without).not.toContain("## Behaviour");
    expect(unnamed.missing.because).toContain("name one with `on`");
  });
});

describe("what cannot be run", () => {
  test("says why and what to do", async () => {
    await fresh.database.sql`delete from experiment_setting where field = 'double_quantization'`;
    const behaviour = await runBehaviour("4bit_r8_s0", "reference");
    expect(behaviour).toMatchObject({ status: "UNAVAILABLE", loss: null, job: null });
    expect(behaviour.reason).toContain("rankscope set reference-study 4bit_r8_s0 double_quantization=true");
    expect(await count("job")).toBe(0);
    await stateDoubleQuantization(false);
    await expect(runBehaviour("16bit_r8_s0", "none")).rejects.toThrow("No evaluation set with this name");
  });

  test("fails with its job's reason: a changed set, a removed base, text without a tokenizer's base", async () => {
    await register("changing", [{ input_ids: [1, 2, 3] }]);
    await writeFile(path.join(folder, "changing.jsonl"), '{"input_ids": [3, 2, 1]}\n');
    const changed = await runBehaviour("16bit_r8_s0", "changing");
    expect(changed).toMatchObject({ status: "UNAVAILABLE", job: null });
    expect(changed.reason).toContain("rankscope evalset add NAME FILE");
    await register("outside", [{ input_ids: [1, 2, 9_999] }]);
    expect((await runBehaviour("16bit_r8_s0", "outside")).reason).toContain("0 to 3071");
    const [base] = await fresh.database.sql`delete from base_model returning *`;
    expect((await runBehaviour("16bit_r8_s0", "reference")).reason).toContain("rankscope model add");
    await fresh.database.sql`insert into base_model ${fresh.database.sql(base as never)}`;
  });
});

const FORMS = `query($id: ID!, $form: ServedForm!) { experiment(id: $id) { behaviour(on: "one", form: $form, waitSeconds: 60) {
  status reason loss { mean } } } }`;

test("a served form is a result of its own: merging rounds, and quantizing again costs more", async () => {
  await register("one", [{ input_ids: tokens }]);
  const lossOf = async (run: string, form: string) => {
    const answer = await execute(real.services, FORMS, { id: ids.get(run), form });
    return (answer as { experiment: { behaviour: Answer } }).experiment.behaviour;
  };
  const [separate, merged, again] = [
    await lossOf("4bit_r8_s0", "SEPARATE"),
    await lossOf("4bit_r8_s0", "MERGED"),
    await lossOf("4bit_r8_s0", "MERGED_REQUANTIZED"),
  ];
  const change = (form: Answer) => Math.abs(form.loss.mean / separate.loss.mean - 1);
  expect([separate.status, merged.status, again.status]).toEqual(["READY", "READY", "READY"]);
  expect(change(merged)).toBeGreaterThan(0);
  expect(change(again)).toBeGreaterThan(change(merged));
  expect(await count("behaviour_fact")).toBe(3);
  expect(await lossOf("16bit_r8_s0", "MERGED_REQUANTIZED")).toMatchObject({
    status: "UNAVAILABLE",
    reason: expect.stringContaining("nothing to quantize again"),
  });
});
