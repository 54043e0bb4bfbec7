import { getEventListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { limitConcurrency } from "#src/weights/limit-concurrency.js";

const fail = () => {
  throw new Error("the promise has not begun");
};

/** Work that completes when the test says so. */
function work() {
  const state = { begun: false };
  let settle: { end: (result: string) => void; fail: (error: Error) => void } = { end: fail, fail };
  const promise = new Promise<string>((resolve, reject) => (settle = { end: resolve, fail: reject }));
  const run = () => {
    state.begun = true;
    return promise;
  };
  return { state, run, ...settle };
}

test("calls run in order, at most the maximum at once, even if some fail", async () => {
  const limit = limitConcurrency(2);
  const works = [work(), work(), work(), work()] as const;
  const results = works.map(({ run }) => limit(run).catch((error: Error) => error.message));
  const begun = async () => {
    await setImmediate();
    return works.map(({ state }) => state.begun);
  };
  expect(await begun()).toEqual([true, true, false, false]);
  works[1].fail(new Error("failed"));
  expect(await begun()).toEqual([true, true, true, false]);
  works[0].end("first");
  expect(await begun()).toEqual([true, true, true, true]);
  works[2].end("third");
  works[3].end("fourth");
  expect(await Promise.all(results)).toEqual(["first", "failed", "third", "fourth"]);
});

test("a call aborted while it waits leaves the queue and removes its listener", async () => {
  const limit = limitConcurrency(1);
  const [first, second, third] = [work(), work(), work()];
  const abort = new AbortController();
  const reason = new Error("nobody waits");
  const done = limit(first.run);
  const left = limit(second.run, abort.signal);
  const last = limit(third.run, new AbortController().signal);
  abort.abort(reason);
  await expect(left).rejects.toBe(reason);
  first.end("done");
  third.end("last");
  expect([await done, await last]).toEqual(["done", "last"]);
  expect(second.state.begun).toBe(false);
  expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  await expect(limit(second.run, abort.signal)).rejects.toBe(reason);
});
