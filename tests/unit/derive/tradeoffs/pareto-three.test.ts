import fc from "fast-check";
import { expect, test } from "vitest";
import { paretoFrontier } from "#src/derive/tradeoffs/pareto-frontier.js";

const axis = fc.integer({ min: 0, max: 4 });
const points = fc.array(fc.record({ x: axis, y: axis, z: axis }), { maxLength: 20 });

test("with three metrics, a point is dominated if and only if another is as good in all and better in one", () => {
  fc.assert(
    fc.property(points, fc.boolean(), fc.boolean(), fc.boolean(), (all, x, y, z) => {
      const better = { x, y, z };
      const found = paretoFrontier(
        all.map((point, item) => ({ item, ...point })),
        better,
      );
      const isAsGood = (a: number, b: number, higher: boolean) => (higher ? a >= b : a <= b);
      for (const point of found) {
        const expected = all.some((other) => {
          const axes = (["x", "y", "z"] as const).map(
            (name) => [other[name], point[name] ?? NaN, better[name]] as const,
          );
          return axes.every(([a, b, higher]) => isAsGood(a, b, higher)) && axes.some(([a, b]) => a !== b);
        });
        expect(point.dominated).toBe(expected);
      }
      expect(found.map(({ item }) => item).sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
      expect(found.map((point) => point.x)).toEqual(all.map((point) => point.x).sort((a, b) => a - b));
    }),
  );
});
