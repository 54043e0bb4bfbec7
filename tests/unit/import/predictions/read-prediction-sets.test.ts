import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { comparePredictions } from "#src/derive/predictions/compare-predictions.js";
import { readPredictionSets, readPredictionTexts } from "#src/import/predictions/read-prediction-sets.js";
import type { PredictionSetRecord, PredictionTexts, PredictionTool } from "#src/model/predictions.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const ANALYSIS = { interval: "T", confidence: 0.95, resamples: 100, seed: 0 } as const;

async function sets(
  lines: readonly unknown[],
  tool: PredictionTool = "predictions.jsonl",
): Promise<PredictionSetRecord[]> {
  const file = path.join(await temporaryFolder(), "predictions.jsonl");
  await writeFile(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  const found = await readPredictionSets({ tool, path: file, where: "predictions.jsonl", task: "task" });
  return found.map((set) => ({ ...set, source: "predictions.jsonl" }));
}

async function texts(set: PredictionSetRecord): Promise<PredictionTexts[]> {
  const all: PredictionTexts[] = [];
  for await (const one of readPredictionTexts(set)) all.push(one);
  return all;
}

/** Compares two sets by the values of the first metric, else by exact matches. */
function compare([baseline]: PredictionSetRecord[], [candidate]: PredictionSetRecord[]) {
  if (baseline === undefined || candidate === undefined) throw new Error("a file has no set");
  const columns = (set: PredictionSetRecord) => ({
    ...set,
    values: set.metrics.length === 0 ? null : set.values.subarray(0, 8 * set.n),
  });
  return comparePredictions({ baseline: columns(baseline), candidate: columns(candidate), analysis: ANALYSIS });
}

test("items are joined by id, whatever their order, and items of one run only are counted", async () => {
  const baseline = await sets([
    { id: "a", prediction: "1", target: "1" },
    { id: "b", prediction: "2", target: "3" },
    { id: "c", prediction: "4" },
  ]);
  const candidate = await sets([
    { id: "b", prediction: " 3 ", target: "3" },
    { id: "a", prediction: "1", target: "1" },
    { id: 7, prediction: "9" },
    { id: "d", prediction: "9" },
  ]);
  expect(compare(baseline, candidate)).toMatchObject({
    joined: 2,
    onlyBaseline: 1,
    onlyCandidate: 2,
    textMatch: { n: 2, matches: 1 },
    exactMatch: { n: 2, baseline: 1, candidate: 2 },
    metric: {
      n: 2,
      baseline: 0.5,
      candidate: 1,
      mean: 0.5,
      flips: { wrongToRight: 1, rightToWrong: 0, bothRight: 1, p: 1 },
    },
  });
});

test("token ids are compared up to the shorter answer", async () => {
  const baseline = await sets([
    { id: 1, prediction: "x", token_ids: [1, 2, 3, 4] },
    { id: 2, prediction: "x", token_ids: [5] },
  ]);
  const candidate = await sets([
    { id: 2, prediction: "y", token_ids: [6, 7] },
    { id: 1, prediction: "y", token_ids: [1, 9] },
  ]);
  expect(compare(baseline, candidate).tokenMatch).toEqual({ share: 0.25, n: 2, reason: null });
  const withoutTokens = await sets([{ id: 1, prediction: "x" }]);
  expect(compare(baseline, withoutTokens).tokenMatch).toMatchObject({
    share: null,
    reason: expect.stringContaining("candidate"),
  });
});

test("graded metrics have a paired interval and no flips", async () => {
  const values = [0.1, 0.5, 0.9, 0.4];
  const lines = (shift: number) =>
    values.map((value, id) => ({ id, prediction: "", metrics: { rougeL: value + shift * (id + 1), text: "x" } }));
  const result = compare(await sets(lines(0)), await sets(lines(0.1))).metric;
  // SciPy 1.17.1: ttest_rel of differences 0.1, 0.2, 0.3, 0.4.
  expect(result.mean).toBeCloseTo(0.25, 12);
  expect(result.interval?.low).toBeCloseTo(0.04457397432391198, 10);
  expect(result.interval?.high).toBeCloseTo(0.4554260256760879, 10);
  expect(result.flips).toBeNull();
});

test("LLaMA-Factory's answers are joined by position, and unequal prompts are counted", async () => {
  const file = (prompts: readonly string[]) =>
    sets(
      prompts.map((prompt) => ({ prompt, predict: "a", label: "a" })),
      "LLaMA-Factory",
    );
  const baseline = await file(["p", "q"]);
  expect(baseline[0]).toMatchObject({ identity: "POSITION", n: 2, metrics: [] });
  expect(compare(baseline, await file(["p", "other", "third"]))).toMatchObject({
    joined: 2,
    onlyCandidate: 1,
    differentPrompts: 1,
    metric: { n: 2, baseline: 1, candidate: 1 },
  });
});

test("tasks of one file become sets of their own, and equal answers have equal hashes", async () => {
  const found = await sets([
    { id: 1, task: "a", prediction: "x" },
    { id: 1, task: "b", prediction: "x" },
    { id: 2, task: "b", prediction: "y" },
    { id: 3, prediction: "z" },
  ]);
  expect(found.map(({ task, n }) => [task, n])).toEqual([
    ["a", 1],
    ["b", 2],
    ["task", 1],
  ]);
  expect((await Promise.all(found.map(texts))).map((items) => items.length)).toEqual([1, 2, 1]);
  expect((await sets([{ id: 1, prediction: "x" }]))[0]?.hash).toBe(found[0]?.hash);
  expect((await sets([{ id: 1, prediction: "x", metrics: { f1: 1 } }]))[0]?.hash).not.toBe(found[0]?.hash);
});

test("texts are stored up to a maximum with their whole length, without what PostgreSQL refuses", async () => {
  const [set] = await sets([{ id: "nul\0", prediction: "a\0b\ud800", prompt: "p".repeat(30_000) }]);
  if (set === undefined) throw new Error("no set");
  const [item] = await texts(set);
  expect(item?.item).toBe("nul");
  expect(item?.answer).toEqual({ text: "ab\ufffd", characters: 4 });
  expect([item?.prompt?.text.length, item?.prompt?.characters]).toEqual([20_000, 30_000]);
});

test("a file that changed between two readings is refused", async () => {
  const [set] = await sets([{ id: 1, prediction: "x" }]);
  if (set === undefined) throw new Error("no set");
  await writeFile(set.path, JSON.stringify({ id: 1, prediction: "z" }));
  await expect(texts(set)).rejects.toMatchObject({ code: "FILE_CHANGED" });
});

test.each([
  ["a line that is not JSON", ["{"], "line 1"],
  ["a line of another form", [{ id: 1, prediction: "x" }, { id: 2 }], "line 2 without id and prediction"],
  ["an id twice", [{ id: 1, prediction: "x" }, "", { id: 1, prediction: "y" }], "two items"],
])("%s is refused", async (_, lines, message) => {
  await expect(sets(lines)).rejects.toMatchObject({
    code: "PREDICTIONS_INVALID",
    message: expect.stringContaining(message),
  });
});
