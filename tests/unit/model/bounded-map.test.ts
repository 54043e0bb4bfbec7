import { expect, test } from "vitest";
import { BoundedMap } from "#src/model/bounded-map.js";

test("the oldest entry is dropped, and a known key replaces its value", () => {
  const map = new BoundedMap<string, number>(2).set("a", 1).set("b", 2).set("a", 3);
  expect([...map]).toEqual([
    ["a", 3],
    ["b", 2],
  ]);
  expect([...map.set("c", 4)]).toEqual([
    ["b", 2],
    ["c", 4],
  ]);
});
