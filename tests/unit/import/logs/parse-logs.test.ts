import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parseResultMetrics } from "#src/import/logs/parse-result-metrics.js";
import { parseTextLog } from "#src/import/logs/parse-text-log.js";
import { parseTrainerLog } from "#src/import/logs/parse-trainer-log.js";
import { fixtureFile } from "../../../support/fixture-file.js";

const fixture = (...names: readonly string[]) => readFile(fixtureFile(...names), "utf8");

describe("trainer_log.jsonl of LLaMA-Factory", async () => {
  const text = await fixture("llama-factory", "trainer_log.jsonl");

  test("each number of a step becomes a curve", () => {
    const { curves, settings, damage } = parseTrainerLog(text, "log");
    expect(curves.get("loss")).toEqual({ steps: [10, 20, 30, 40], values: [2.5, 2, 1.5, 1], wallTimes: null });
    expect(curves.get("eval_loss")).toMatchObject({ steps: [20, 40], values: [2.25, 1.25] });
    expect(curves.get("learning_rate")?.values[0]).toBeCloseTo(7.5e-5, 12);
    expect(settings.get("max_steps")).toBe(40);
    expect(damage).toBeNull();
  });

  test("a half-written last line is named; the lines before it are read", () => {
    const half = text.trimEnd().slice(0, -5);
    const { curves, damage } = parseTrainerLog(half, "log");
    expect(damage).toBe("an incomplete last line");
    expect(curves.get("loss")?.steps.at(0)).toBe(10);
  });

  test("a file without any entry is refused", () => {
    expect(() => parseTrainerLog('{"other": 1}\n', "log")).toThrow(/RUN_LOG_INVALID|record of a run cannot be read/);
  });
});

test("closing figures of the Trainer become metrics", async () => {
  const metrics = async (split: string) =>
    parseResultMetrics(await fixture("trainer-results", `${split}_results.json`), split).metrics;
  expect(Object.fromEntries(await metrics("eval"))).toMatchObject({ eval_loss: 2.25, perplexity: 9.4877 });
  expect((await metrics("all")).get("train_loss")).toBe(1.875);
  expect((await metrics("predict")).get("predict_rouge-1")).toBe(41.5);
});

test("NaN is kept as a metric; other members, and keys of W&B itself, are left out", () => {
  const { metrics } = parseResultMetrics('{"loss": NaN, "_step": 3, "note": "x", "nested": {"a": 1}}', "f");
  expect([...metrics]).toEqual([["loss", NaN]]);
});

test("torchtune's log gives curves", async () => {
  const log = parseTextLog(await fixture("torchtune", "log_1795746313.txt"), "log");
  expect(log?.curves.get("loss")).toEqual({
    steps: [1, 2, 3, 4],
    values: [2.875, 2.75, 2.625, 2.5],
    wallTimes: null,
  });
  expect(log?.curves.get("tokens_per_second_per_gpu")?.values).toEqual([512.25, 512.25, 512.25, 512.25]);
  expect(log?.curves.get("val_loss")).toMatchObject({ steps: [4], values: [2.75] });
});

test("log lines of MLX-LM give curves by the Trainer's names", () => {
  const log = parseTextLog(
    [
      "Loading pretrained model",
      "Iter 1: Val loss 2.817, Val took 8.412s",
      "Iter 10: Train loss 2.105, Learning Rate 1.000e-05, It/sec 0.512, Tokens/sec 245.1, Trained Tokens 4786, Peak mem 3.271 GB",
      "Iter 20: Train loss nan, Learning Rate 1.000e-05, It/sec 0.5, Tokens/sec 245.1, Trained Tokens 9000, Peak mem 3.271 GB",
    ].join("\n"),
    "log",
  );
  expect(log?.curves.get("eval_loss")).toMatchObject({ steps: [1], values: [2.817] });
  expect(log?.curves.get("loss")).toMatchObject({ steps: [10, 20], values: [2.105, NaN] });
  expect(log?.curves.get("peak_memory_gb")?.values).toEqual([3.271, 3.271]);
});

test("the table that MLX-LM prints from version 0.32 on gives curves", () => {
  const log = parseTextLog("     1    val 2.817    8.41s\n    10    2.105 ▼    1,245      4.8k\n", "log");
  expect(log?.curves.get("eval_loss")).toMatchObject({ steps: [1], values: [2.817] });
  expect(log?.curves.get("loss")).toMatchObject({ steps: [10], values: [2.105] });
  expect(log?.curves.get("tokens_per_second")?.values).toEqual([1245]);
});

test("a text without log lines gives nothing", () => {
  expect(parseTextLog("Step one: read the paper.\nIter: none\n", "log")).toBeNull();
});
