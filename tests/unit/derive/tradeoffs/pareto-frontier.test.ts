import fc from "fast-check";
import { expect, test } from "vitest";
import { paretoFrontier } from "#src/derive/tradeoffs/pareto-frontier.js";

const point = fc.record({ x: fc.integer({ min: 0, max: 6 }), y: fc.integer({ min: 0, max: 6 }) });

test("a point is dominated if and only if another is as good in both metrics and better in one", () => {
  fc.assert(
    fc.property(fc.array(point, { maxLength: 20 }), (points) => {
      const result = paretoFrontier(points.map(({ x, y }, item) => ({ item, x, y })));
      for (const { x, y, dominated } of result) {
        const expected = points.some((other) => other.x <= x && other.y <= y && (other.x < x || other.y < y));
        expect(dominated).toBe(expected);
      }
      expect(result.map(({ item }) => item).sort((a, b) => a - b)).toEqual(points.map((_, i) => i));
    }),
  );
});

test("points are in ascending order of x, then y", () => {
  const result = paretoFrontier([
    { item: "a", x: 2, y: 1 },
    { item: "b", x: 1, y: 3 },
    { item: "c", x: 1, y: 2 },
  ]);
  expect(result.map(({ item }) => item)).toEqual(["c", "b", "a"]);
});
