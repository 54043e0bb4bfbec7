import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect } from "vitest";
import { comparePredictions } from "#src/derive/predictions/compare-predictions.js";
import { readPredictionSets, readPredictionTexts } from "#src/import/predictions/read-prediction-sets.js";
import type { PredictionTool } from "#src/model/predictions.js";
import { fixtureFile } from "../support/fixture-file.js";
import { fuzz, readOrRefused } from "../support/fuzz.js";
import { mutated, mutatedJson } from "../support/mutations.js";

const ANALYSIS = { interval: "T", confidence: 0.95, resamples: 100, seed: 0 } as const;

/** Reads a file twice, for its sets and for its texts, and compares each set with itself. */
async function check(path: string, tool: PredictionTool): Promise<void> {
  const sets = await readOrRefused(() => readPredictionSets({ tool, path, where: "p", task: "t" }));
  for (const set of sets ?? []) {
    let n = 0;
    for await (const { item, prompt, answer, target } of readPredictionTexts({ ...set, source: "p" })) {
      n += 1;
      for (const text of [item, prompt?.text, answer?.text, target?.text]) expect(text ?? "").not.toContain("\0");
    }
    expect(n).toBe(set.n);
    const columns = { ...set, values: set.metrics.length === 0 ? null : set.values.subarray(0, 8 * set.n) };
    const { joined, textMatch, differentPrompts, metric } = comparePredictions({
      baseline: columns,
      candidate: columns,
      analysis: ANALYSIS,
    });
    expect([joined, differentPrompts, textMatch.n - textMatch.matches]).toEqual([set.n, 0, 0]);
    expect(metric.mean ?? 0).toBe(0);
  }
}

const folder = fixtureFile("lm-eval-samples", "runs__4bit_r8_s1");
const samples = readdirSync(folder)
  .filter((name) => name.startsWith("samples_"))
  .map((name) =>
    readFileSync(fixtureFile("lm-eval-samples", "runs__4bit_r8_s1", name), "utf8")
      .split("\n")
      .slice(0, 3),
  );

const sample = fc.constantFrom(...samples.flat().map((line): unknown => JSON.parse(line)));
fuzz(
  "samples of lm-evaluation-harness that say odd things are read or refused",
  mutatedJson(sample),
  async (text, file) => {
    await check(await file(`${text}\n{"doc_id": -1, "filtered_resps": ["a"]}`), "lm-evaluation-harness");
  },
);

const own = fc.constant({ id: 1, task: "a", prediction: "x", target: "x", token_ids: [1, 2], metrics: { f1: 0.5 } });
fuzz("predictions that say odd things are read or refused", mutatedJson(own), async (text, file) => {
  const place = await file(`${text}\n{"id": 2, "prediction": "y"}\n`);
  await check(place, "predictions.jsonl");
  await check(place, "LLaMA-Factory");
});

const lines = fc.constantFrom(...samples.map((some) => Buffer.from(some.join("\n"))));
fuzz("files of predictions whose bytes were changed are read or refused", mutated(lines), async (bytes, file) => {
  await check(await file(bytes), "lm-evaluation-harness");
});
