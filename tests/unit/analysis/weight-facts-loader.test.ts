import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import type { FactRequest, WeightFacts } from "#src/model/weight-facts.js";
import type { WeightUpdate } from "#src/model/weight-updates.js";
import { openReadTracker, type ReadTracker } from "#src/analysis/request/read-tracker.js";
import { noDeadline } from "#src/analysis/request/request-deadline.js";
import { openWeightFactsLoader, type WeightFactsLoader } from "#src/analysis/request/weight-facts-loader.js";

/** The calls to WeightFacts: requested parts and maximum wait. */
let calls: { hashes: string[]; request: FactRequest }[];
let reads: ReadTracker;
let loader: WeightFactsLoader;

beforeEach(() => {
  calls = [];
  reads = openReadTracker();
  const weights: WeightFacts = {
    request: (_kind, updates, request) => {
      const hashes = (updates as WeightUpdate[]).map(
        ({ factors, rows }) => factors.hash + (rows ? `@${rows.from}` : ""),
      );
      calls.push({ hashes, request });
      return Promise.resolve(hashes.map((pending) => ({ pending })));
    },
  };
  const deadline = noDeadline(new AbortController().signal);
  loader = openWeightFactsLoader({ weights, deadline }, reads);
});

const part = (hash: string, rest: Partial<WeightUpdate> = {}) => ({ factors: { hash }, ...rest }) as WeightUpdate;
const read = (milliseconds: number) => reads.tracked(() => sleep(milliseconds))(undefined);

test("requests that follow any number of reads are combined into one call", async () => {
  const early = loader.load("SPECTRUM", [part("a"), part("b")], Infinity);
  const late = read(20).then(() => loader.load("SPECTRUM", [part("c")], Infinity));
  const later = read(5)
    .then(() => read(30))
    .then(() => loader.load("SPECTRUM", [part("d"), part("a")], Infinity));
  expect(await Promise.all([early, late, later])).toEqual([
    [{ pending: "a" }, { pending: "b" }],
    [{ pending: "c" }],
    [{ pending: "d" }, { pending: "a" }],
  ]);
  expect(calls.map(({ hashes }) => hashes)).toEqual([["a", "b", "c", "d"]]);
});

test("requests that depend on a result are made in a new call", async () => {
  await loader.load("SPECTRUM", [part("a")], Infinity);
  await loader.load("SPECTRUM", [part("a")], Infinity);
  expect(calls).toHaveLength(2);
});

test("a failed read does not delay other requests", async () => {
  const failing = reads.tracked(() => Promise.reject(new Error("gone")))(undefined);
  const answer = loader.load("SPECTRUM", [part("a")], Infinity);
  await expect(failing).rejects.toThrow("gone");
  expect(await answer).toEqual([{ pending: "a" }]);
});

test("rows of B are requested separately from all of B, and an empty request makes no call", async () => {
  expect(await loader.load("SPECTRUM", [], Infinity)).toEqual([]);
  const rows = { from: 2, to: 4 };
  expect(await loader.load("SPECTRUM", [part("a"), part("a", { rows })], Infinity)).toEqual([
    { pending: "a" },
    { pending: "a@2" },
  ]);
  expect(calls).toHaveLength(1);
});

test("requests with different maximum waits are separate calls, and waits start at the beginning of the request", async () => {
  await read(30);
  await Promise.all([loader.load("SPECTRUM", [part("a")], 0), loader.load("SPECTRUM", [part("a")], 60_000)]);
  const waits = calls.map(({ request }) => request.waitMilliseconds).sort((left, right) => left - right);
  expect(waits[0]).toBe(0);
  expect(waits[1]).toBeLessThan(60_000);
  expect(waits[1]).toBeGreaterThan(0);
});
