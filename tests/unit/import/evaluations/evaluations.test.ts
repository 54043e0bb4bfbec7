import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { metricKey } from "#src/import/evaluations/evaluation.js";
import { parseKlDivergence } from "#src/import/evaluations/parse-kl-divergence.js";
import { isLighteval, parseLighteval } from "#src/import/evaluations/parse-lighteval.js";
import { isLmEval, parseLmEval } from "#src/import/evaluations/parse-lm-eval.js";
import { isMethodComparison, parseMethodComparison } from "#src/import/evaluations/parse-method-comparison.js";
import { fixtureFiles } from "../../../support/fixture-file.js";

test("results of lm-evaluation-harness have standard errors, items, shots, versions and directions", async () => {
  const [folder = ""] = (await fixtureFiles("lm-eval")).filter((file) => !file.endsWith(".json"));
  const files = await fixtureFiles("lm-eval", path.basename(folder));
  const text = await readFile(files.find((file) => path.basename(file).startsWith("results_")) ?? "", "utf8");
  const value: unknown = JSON.parse(text);
  expect(isLmEval(value)).toBe(true);
  const { adapter, model, modelArguments, results } = parseLmEval(value, "results");
  expect([model, adapter, modelArguments.get("load_in_4bit")]).toEqual([
    "org/tiny",
    "runs/4bit_r8_s1/checkpoint-900",
    true,
  ]);
  expect(new Set(results.map(metricKey))).toEqual(
    new Set(["sums/acc", "adding/acc", "adding/acc_norm", "doubling/acc", "doubling/acc_norm"]),
  );
  const adding = results.find((result) => metricKey(result) === "adding/acc");
  expect(adding).toMatchObject({ sampleCount: 8, shots: 2, taskVersion: "1.5", higherIsBetter: true, filter: null });
  expect(adding?.standardError).toBeGreaterThan(0);
});

test("older results without filters are read", () => {
  const value = {
    results: { arc: { acc: 0.5, acc_stderr: 0.1, acc_norm: 0.75 } },
    versions: { arc: 0 },
    config: { model_args: "pretrained=gpt2" },
  };
  expect(isLmEval(value)).toBe(true);
  const { results, model } = parseLmEval(value, "f");
  expect(model).toBe("gpt2");
  expect(results).toMatchObject([
    { task: "arc", metric: "acc", value: 0.5, standardError: 0.1, taskVersion: "0", higherIsBetter: null },
    { task: "arc", metric: "acc_norm", value: 0.75, standardError: null },
  ]);
});

test("results of a filter keep its name in the metric's key", () => {
  const results = { gsm8k: { "exact_match,strict-match": 0.5, "exact_match_stderr,strict-match": "N/A" } };
  const evaluation = parseLmEval({ results, versions: {}, config: {} }, "f");
  expect(evaluation.results.map((result) => [metricKey(result), result.standardError])).toEqual([
    ["gsm8k/exact_match,strict-match", null],
  ]);
});

test("results of lighteval are read by task and shots", () => {
  const value = {
    config_general: { model_name: "org/tiny" },
    versions: { "leaderboard|arc:challenge|25": 0 },
    config_tasks: { "leaderboard|arc:challenge": { effective_num_docs: 100 } },
    results: { "leaderboard|arc:challenge|25": { acc: 0.5, acc_stderr: 0.05 }, all: { acc: 0.5, acc_stderr: 0.05 } },
  };
  expect([isLighteval(value), isLmEval(value)]).toEqual([true, false]);
  expect(parseLighteval(value, "f")).toMatchObject({
    model: "org/tiny",
    results: [{ task: "leaderboard|arc:challenge", shots: 25, sampleCount: 100, standardError: 0.05, value: 0.5 }],
  });
});

test("results that lighteval wrote have directions, shots, versions and groups", async () => {
  const [, file = ""] = await fixtureFiles("lighteval");
  const { model, results } = parseLighteval(JSON.parse(await readFile(file, "utf8")), "f");
  expect(model).toBe("runs/4bit_r8_s1");
  expect(results.map((result) => [metricKey(result), result.shots, result.higherIsBetter, result.subtasks])).toEqual([
    ["arc:challenge/em", 25, true, []],
    ["arc:easy/em", 25, true, []],
    ["gsm8k/em", 5, true, []],
    ["arc:_average/em", 25, null, ["arc:challenge", "arc:easy"]],
  ]);
  expect(results[0]).toMatchObject({ value: 0.625, standardError: 0.18298126367784995, taskVersion: "0" });
});

test("statistics of llama.cpp are read in both of its spellings", () => {
  const printed = [
    "====== Perplexity statistics ======",
    "Mean PPL(Q)                   :   6.407 ±   0.039",
    "Mean PPL(base)                :   6.233 ±   0.037",
    "Mean    KLD:   0.012345 ±   0.000123",
    "Maximum KLD:   4.5",
    "99.9%   KLD:   0.7",
    "RMS Δp    :  3.1 ± 0.1 %",
    "Same top p: 91.4 +/- 0.2 %",
  ].join("\n");
  const byMetric = new Map(parseKlDivergence(printed)?.results.map((result) => [result.metric, result]));
  expect(byMetric.get("kl_divergence")).toMatchObject({
    value: 0.012345,
    standardError: 0.000123,
    higherIsBetter: false,
  });
  expect(byMetric.get("perplexity")).toMatchObject({ value: 6.407, standardError: 0.039 });
  expect(byMetric.get("kl_divergence_percentile_99.9")?.value).toBe(0.7);
  expect(byMetric.get("same_top_token_percent")).toMatchObject({
    value: 91.4,
    standardError: 0.2,
    higherIsBetter: true,
  });
  expect(parseKlDivergence("Mean PPL(Q): 6.4")).toBeNull();
});

test("a run of PEFT's method comparison has settings, metrics and curves", () => {
  const value = {
    run_info: {
      experiment_name: "lora/rank32",
      train_config: { seed: 0, lr: 1e-4 },
      peft_config: { r: 32 },
      error_msg: "",
    },
    train_info: {
      accelerator_memory_max: 22_000_000_000,
      status: "success",
      metrics: [
        { step: 250, "train loss": 0.75, "valid accuracy": 0.25 },
        { step: 500, "train loss": 0.5, "test accuracy": 0.5 },
      ],
    },
  };
  expect(isMethodComparison(value)).toBe(true);
  const run = parseMethodComparison(value, "f");
  expect([run.name, run.damage]).toEqual(["lora/rank32", null]);
  expect(Object.fromEntries(run.settings)).toEqual({ seed: 0, lr: 1e-4, r: 32 });
  expect(run.metrics.get("accelerator_memory_max")).toBe(22_000_000_000);
  expect(run.curves.get("train_loss")).toMatchObject({ steps: [250, 500], values: [0.75, 0.5] });
});
