import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meanInterval } from "#src/derive/runs/configuration-means.js";
import { spectrumRange } from "#src/derive/spectra/spectrum.js";
import { summarise } from "#src/derive/statistics/sample.js";
import { clusterOrder } from "#src/plots/kinds/similarity-matrix.js";
import { spreadLabels } from "#src/plots/parts/spread-labels.js";
import { figure, metricLabel, printable, shortNames } from "#src/plots/labels.js";
import { PlotKind } from "#src/plots/plot-kinds.js";
import { kindName, kindOf, plotFile } from "#src/plots/plot-paths.js";

describe("the interval of a mean", () => {
  test("is that of Student's t distribution", () => {
    // scipy.stats.t.interval(0.95, 2, loc=2, scale=1 / sqrt(3))
    const interval = meanInterval(summarise([1, 2, 3]) ?? expect.fail(), 0.95);
    expect(interval?.low).toBeCloseTo(-0.4841377118, 9);
    expect(interval?.high).toBeCloseTo(4.4841377118, 9);
  });

  test("is null for a single value and for equal values", () => {
    expect(meanInterval(summarise([1]) ?? expect.fail(), 0.95)).toBeNull();
    expect(meanInterval(summarise([1, 1]) ?? expect.fail(), 0.95)).toBeNull();
  });
});

test("the range of spectra covers the layers that have a k-th value", () => {
  expect(spectrumRange([[5, 2], [3, 1], [4]])).toEqual([
    { k: 1, low: 3, median: 4, high: 5, layers: 3 },
    { k: 2, low: 1, median: 1.5, high: 2, layers: 2 },
  ]);
  expect(spectrumRange([])).toEqual([]);
});

describe("the order of a matrix", () => {
  test("puts similar runs next to each other", () => {
    // Runs 0, 2 and 4 are similar, and so are runs 1, 3 and 5.
    const cosineOf = (i: number, j: number) => ((i - j) % 2 === 0 ? 0.9 : 0.1);
    const cosines = Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: 6 }, (__, j) => (i === j ? 1 : cosineOf(i, j))),
    );
    const order = clusterOrder(cosines).map((i) => i % 2);
    expect([
      [0, 0, 0, 1, 1, 1],
      [1, 1, 1, 0, 0, 0],
    ]).toContainEqual(order);
  });

  test("contains every run once, whichever cosines are undefined", () => {
    const cosine = fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: null });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.array(cosine, { minLength: 144, maxLength: 144 }), (n, given) => {
        const at = (i: number, j: number) => given[12 * Math.min(i, j) + Math.max(i, j)] ?? null;
        const cosines = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => at(i, j)));
        expect([...clusterOrder(cosines)].sort((left, right) => left - right)).toEqual(cosines.map((_, i) => i));
      }),
    );
  });
});

test("the labels of a column do not overlap and stay inside the plot", () => {
  const size = { width: 600, height: 300, labelWidth: 40, labelHeight: 12 };
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ x: fc.double({ min: 0, max: 600, noNaN: true }), y: fc.double({ min: 0, max: 300, noNaN: true }) }),
        {
          maxLength: 20,
        },
      ),
      (points) => {
        const placed = spreadLabels(points, size);
        expect(placed).toHaveLength(points.length);
        for (const { x, y, align } of placed) {
          expect(y).toBeLessThanOrEqual(300);
          expect(align === "left" ? x + 40 : x).toBeLessThanOrEqual(600);
        }
        for (const start of new Set(placed.map(({ x }) => x))) {
          const column = placed.filter(({ x }) => x === start);
          const heights = column.map(({ y }) => y).sort((left, right) => left - right);
          heights.forEach((y, i) => expect(i === 0 ? 12 : y - (heights[i - 1] ?? 0)).toBeGreaterThan(11.999));
        }
      },
    ),
  );
});

describe("names", () => {
  test("are shortened in the middle and stay unique", () => {
    const [left, right] = [`model.layers.${"x".repeat(40)}.a`, `model.layers.${"y".repeat(40)}.a`];
    const short = shortNames([left, right, left, "plain"], 20);
    expect(short.get("plain")).toBe("plain");
    expect(short.get(left)).toMatch(/^.{10}\u2026.{9}$/);
    const alike = shortNames(["a".repeat(50), `${"a".repeat(25)}b${"a".repeat(25)}`], 20);
    expect(new Set(alike.values()).size).toBe(2);
  });

  test("are unique, printable and short for any input", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 80 })), (names) => {
        const short = shortNames(names, 20);
        expect(new Set(short.values()).size).toBe(new Set(names).size);
        for (const name of short.values()) {
          expect(printable(name)).toBe(name);
          expect(name).not.toBe("");
        }
      }),
    );
  });

  test("of metrics include their units", () => {
    expect(metricLabel("peak_memory_mb")).toBe("peak memory (MB)");
    expect(metricLabel("time_per_step_seconds")).toBe("time per step (s)");
    expect(metricLabel("the best eval_loss")).toBe("the best eval loss");
  });

  test("numbers have four significant digits, or all digits of a large integer", () => {
    expect([1.37405591, 0.000123456, 11632.17, -3.4519].map(figure)).toEqual([
      "1.374",
      "0.0001235",
      "11,632",
      "-3.452",
    ]);
  });
});

test("every kind has its own file name, and no other name is a kind", () => {
  for (const kind of Object.values(PlotKind)) expect(kindOf(kindName(kind))).toBe(kind);
  expect(plotFile("rank-threshold.vl.json")).toEqual({ kind: "RANK_THRESHOLD", format: "vl.json" });
  for (const file of [
    "rank-threshold",
    "rank-threshold.json",
    "RANK_THRESHOLD.svg",
    "nope.svg",
    ".svg",
    "toString.png",
  ]) {
    expect(plotFile(file), file).toBeUndefined();
  }
});
