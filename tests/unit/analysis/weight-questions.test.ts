import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import type { FactRequest, WeightFacts } from "#src/model/weight-facts.js";
import type { WeightUpdate } from "#src/model/weight-updates.js";
import { requestReads, type RequestReads } from "#src/analysis/request-reads.js";
import { noDeadline } from "#src/analysis/request-deadline.js";
import { openWeightQuestions, type WeightQuestions } from "#src/analysis/weight-questions.js";

/** The calls that reached the weights: which parts, and for how long. */
let calls: { hashes: string[]; ask: FactRequest }[];
let reads: RequestReads;
let questions: WeightQuestions;

beforeEach(() => {
  calls = [];
  reads = requestReads();
  const weights: Partial<WeightFacts> = {
    spectra: (parts, ask) => {
      const hashes = parts.map(({ factors, rows }) => factors.hash + (rows ? `@${rows.from}` : ""));
      calls.push({ hashes, ask });
      return Promise.resolve(hashes.map((pending) => ({ pending })));
    },
  };
  const deadline = noDeadline(new AbortController().signal);
  questions = openWeightQuestions({ weights: weights as WeightFacts, deadline }, reads);
});

const part = (hash: string, rest: Partial<WeightUpdate> = {}) => ({ factors: { hash }, ...rest }) as WeightUpdate;
const read = (milliseconds: number) => reads.counted(() => sleep(milliseconds))(undefined);

test("questions that come after reads of any length and number are one call", async () => {
  const early = questions.spectra([part("a"), part("b")], Infinity);
  const late = read(20).then(() => questions.spectra([part("c")], Infinity));
  const later = read(5)
    .then(() => read(30))
    .then(() => questions.spectra([part("d"), part("a")], Infinity));
  expect(await Promise.all([early, late, later])).toEqual([
    [{ pending: "a" }, { pending: "b" }],
    [{ pending: "c" }],
    [{ pending: "d" }, { pending: "a" }],
  ]);
  expect(calls.map(({ hashes }) => hashes)).toEqual([["a", "b", "c", "d"]]);
});

test("what follows from an answer is asked anew", async () => {
  await questions.spectra([part("a")], Infinity);
  await questions.spectra([part("a")], Infinity);
  expect(calls).toHaveLength(2);
});

test("a read that fails does not hold up what others ask", async () => {
  const failing = reads.counted(() => Promise.reject(new Error("gone")))(undefined);
  const answer = questions.spectra([part("a")], Infinity);
  await expect(failing).rejects.toThrow("gone");
  expect(await answer).toEqual([{ pending: "a" }]);
});

test("rows of B are another subject than all of it, and nothing is asked about nothing", async () => {
  expect(await questions.spectra([], Infinity)).toEqual([]);
  const rows = { from: 2, to: 4 };
  expect(await questions.spectra([part("a"), part("a", { rows })], Infinity)).toEqual([
    { pending: "a" },
    { pending: "a@2" },
  ]);
  expect(calls).toHaveLength(1);
});

test("questions that wait differently are calls apart, and waits are counted from the request's beginning", async () => {
  await read(30);
  await Promise.all([questions.spectra([part("a")], 0), questions.spectra([part("a")], 60_000)]);
  const waits = calls.map(({ ask }) => ask.waitMilliseconds).sort((left, right) => left - right);
  expect(waits[0]).toBe(0);
  expect(waits[1]).toBeLessThan(60_000);
  expect(waits[1]).toBeGreaterThan(0);
});
