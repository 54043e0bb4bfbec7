import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { openStudyCache, type StudyPart } from "#src/analysis/request/study-cache.js";
import { estimateBytes } from "#src/model/estimate-bytes.js";

const part = (studyId: string, revision = "r1", name = "runs"): StudyPart => ({ studyId, revision, part: name });

/** A read that records the studies of its calls, and returns one list for each. */
function recordingRead(rowsOf: (studyId: string) => readonly unknown[] = (id) => [id]) {
  const calls: string[][] = [];
  const read = (keys: readonly StudyPart[]): Promise<(readonly unknown[])[]> => {
    calls.push(keys.map(({ studyId }) => studyId));
    return Promise.resolve(keys.map(({ studyId }) => rowsOf(studyId)));
  };
  return { calls, read };
}

test("a part of a study is read once for each revision", async () => {
  const cache = openStudyCache(1e6);
  const { calls, read } = recordingRead();
  const [first] = await cache.read([part("a")], read);
  expect((await cache.read([part("a"), part("b")], read))[0]).toBe(first);
  await cache.read([part("a", "r2"), part("a", "r1", "layers"), part("b")], read);
  expect(calls).toEqual([["a"], ["b"], ["a", "a"]]);
});

test("reads that run are shared", async () => {
  const cache = openStudyCache(1e6);
  const { calls, read } = recordingRead();
  const [one, other] = await Promise.all([cache.read([part("a")], read), cache.read([part("b"), part("a")], read)]);
  expect(calls).toEqual([["a"], ["b"]]);
  expect(other[1]).toBe(one[0]);
});

test("a read whose other request failed is repeated, and the failure is not kept", async () => {
  const cache = openStudyCache(1e6);
  const { calls, read } = recordingRead();
  const failing = cache.read([part("a")], () => Promise.reject(new Error("the connection of this request")));
  const waiting = cache.read([part("a")], read);
  await expect(failing).rejects.toThrow("the connection of this request");
  expect(await waiting).toEqual([["a"]]);
  expect(await cache.read([part("a")], read)).toEqual([["a"]]);
  expect(calls).toEqual([["a"]]);
});

test("the least recently used rows are dropped first, and rows larger than the memory are not kept", async () => {
  const cache = openStudyCache(12_000);
  const { calls, read } = recordingRead((id) => ["x".repeat(id === "large" ? 20_000 : 2_000)]);
  for (const id of ["a", "b", "a", "c", "a", "b", "large", "large"]) await cache.read([part(id)], read);
  expect(calls.flat()).toEqual(["a", "b", "c", "b", "large", "large"]);
  expect(["b", "large"].map((id) => cache.has(part(id)))).toEqual([true, false]);
});

test("a cache of no memory shares only reads that run", async () => {
  const cache = openStudyCache(0);
  const { calls, read } = recordingRead();
  await Promise.all([cache.read([part("a")], read), cache.read([part("a")], read)]);
  await cache.read([part("a")], read);
  expect(calls).toEqual([["a"], ["a"]]);
});

test("the estimated memory is between half and twice what the heap grows by", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const rows = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      id: `01a21d54-cc9a-7353-b63b-${i}`.padEnd(36, "0"),
      name: `run ${i}`,
      seed: i,
      data: null,
      rank: { id: `rank ${i}`, r: i % 8 },
      metrics: Array.from({ length: 10 }, (__, k) => ({ name: `metric ${k} ${i}`, value: i / 7 + k, source: "file" })),
    }));
  rows(100);
  collect();
  const before = process.memoryUsage().heapUsed;
  const list = rows(20_000);
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  expect(estimateBytes(list)).toBeGreaterThan(grown / 2);
  expect(estimateBytes(list)).toBeLessThan(grown * 2);
});
