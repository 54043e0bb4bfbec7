import { expect, test } from "vitest";
import { openImportQueue } from "#src/jobs/import/import-queue.js";

test("clients take turns, however many imports one of them has queued", () => {
  const queue = openImportQueue<string>();
  for (const task of ["a1", "a2", "a3"]) queue.add("a", task);
  for (const task of ["b1", "b2"]) queue.add("b", task);
  queue.add(undefined, "c1");
  expect(queue.next()).toBe("a1");
  queue.add("d", "d1");
  const order = Array.from({ length: queue.size }, () => queue.next());
  expect(order).toEqual(["b1", "c1", "d1", "a2", "b2", "a3"]);
  expect([queue.next(), queue.size]).toEqual([undefined, 0]);
});
