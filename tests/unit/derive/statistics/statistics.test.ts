import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bootstrapInterval, seededRandom } from "#src/derive/statistics/bootstrap.js";
import { linearFit, predict } from "#src/derive/statistics/linear-fit.js";
import { pairedTest, welchTest } from "#src/derive/statistics/mean-test.js";
import { median, quantile, robustZ } from "#src/derive/statistics/order-statistics.js";
import {
  pairedChangeInterval,
  relativeChange,
  relativeChangeInterval,
} from "#src/derive/statistics/relative-change.js";
import { summarise } from "#src/derive/statistics/sample.js";

interface TestFigures {
  t: number;
  degreesOfFreedom: number;
  p: number;
}
interface Reference {
  resamples: number;
  seed: number;
  comparisons: {
    baseline: number[];
    candidate: number[];
    percent: number;
    welch: TestFigures;
    interval: [number, number];
    paired: TestFigures & { interval: [number, number] };
    percentile: [number, number];
    bca: [number, number];
  }[];
  lines: {
    x: number[];
    y: number[];
    slope: number;
    intercept: number;
    rSquared: number;
    slopeP: number;
    at: number;
    value: number;
    interval: [number, number];
  }[];
  outliers: { values: number[]; z: number[] }[];
}
const reference = JSON.parse(
  readFileSync(new URL("../../../reference-figures/statistics.json", import.meta.url), "utf8"),
) as Reference;

/** jStat's incomplete beta function is exact to about 3e-7. */
function close(found: number | undefined, expected: number, tolerance = 2e-6) {
  expect(Math.abs((found ?? NaN) - expected) / Math.max(Math.abs(expected), 1e-3)).toBeLessThan(tolerance);
}
function closeInterval(
  found: { low: number; high: number } | undefined,
  [low, high]: [number, number],
  tolerance = 2e-6,
) {
  close(found?.low, low, tolerance);
  close(found?.high, high, tolerance);
}
const sample = (values: number[]) => {
  const found = summarise(values);
  if (found === undefined) throw new Error("an empty sample");
  return found;
};
const change = ([baseline = [], candidate = []]: readonly (readonly number[])[]) =>
  relativeChange(sample([...baseline]).mean, sample([...candidate]).mean);

describe.each(reference.comparisons)("$candidate over $baseline", (figures) => {
  const { baseline, candidate } = figures;
  const pairs = baseline.map((value, i) => ({ baseline: value, candidate: candidate[i] ?? NaN }));

  test("Welch's test and the delta interval equal SciPy's", () => {
    const found = welchTest(sample(baseline), sample(candidate));
    close(found?.t, figures.welch.t, 1e-10);
    close(found?.degreesOfFreedom, figures.welch.degreesOfFreedom, 1e-10);
    close(found?.p, figures.welch.p);
    closeInterval(relativeChangeInterval(sample(baseline), sample(candidate)), figures.interval);
  });

  test("the paired test and interval equal SciPy's", () => {
    const found = pairedTest(pairs);
    close(found?.t, figures.paired.t, 1e-10);
    expect(found?.degreesOfFreedom).toBe(figures.paired.degreesOfFreedom);
    close(found?.p, figures.paired.p);
    closeInterval(pairedChangeInterval(pairs), figures.paired.interval);
  });

  test("both bootstrap intervals equal SciPy's for the same draws", () => {
    const options = { confidence: 0.95, resamples: reference.resamples, seed: reference.seed };
    const at = (method: "BOOTSTRAP_PERCENTILE" | "BOOTSTRAP_BCA") =>
      bootstrapInterval([baseline, candidate], change, { ...options, method });
    closeInterval(at("BOOTSTRAP_PERCENTILE"), figures.percentile, 1e-10);
    closeInterval(at("BOOTSTRAP_BCA"), figures.bca, 1e-6);
  });
});

test.each(reference.lines)("the line through $y and its prediction interval equal SciPy's", (figures) => {
  const fit = linearFit(figures.x.map((x, i) => ({ x, y: figures.y[i] ?? NaN })));
  if (fit === undefined) throw new Error("no line");
  close(fit.slope, figures.slope, 1e-9);
  close(fit.intercept, figures.intercept, 1e-10);
  close(fit.rSquared, figures.rSquared, 1e-9);
  close(fit.slopeP, figures.slopeP);
  const { value, interval } = predict(fit, figures.at);
  close(value, figures.value, 1e-10);
  closeInterval(interval, figures.interval);
});

test.each(reference.outliers)("the robust z of $values equals SciPy's", ({ values, z }) => {
  robustZ(values).forEach((found, i) => close(found ?? undefined, z[i] ?? NaN, 1e-10));
});

const values = fc.array(fc.double({ min: 0.5, max: 4, noNaN: true }), { minLength: 2, maxLength: 8 });

describe("for all samples", () => {
  test("the delta interval contains the change, widens with confidence, and is negated with the signs", () => {
    fc.assert(
      fc.property(values, values, (baseline, candidate) => {
        const percent = change([baseline, candidate]);
        const [narrow, wide] = [0.8, 0.95].map((confidence) =>
          relativeChangeInterval(sample(baseline), sample(candidate), confidence),
        );
        if (narrow === undefined || wide === undefined) throw new Error("no interval");
        expect(narrow.low).toBeLessThanOrEqual(percent);
        expect(narrow.high).toBeGreaterThanOrEqual(percent);
        expect(wide.low).toBeLessThanOrEqual(narrow.low);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
        const negated = [baseline, candidate].map((side) => sample(side.map((value) => -value)));
        const mirrored = relativeChangeInterval(...(negated as [never, never]), 0.95);
        close(mirrored?.low, -wide.high, 1e-9);
        close(mirrored?.high, -wide.low, 1e-9);
      }),
    );
  });

  test("exchanging the samples negates Welch's t and keeps p", () => {
    fc.assert(
      fc.property(values, values, (baseline, candidate) => {
        const forth = welchTest(sample(baseline), sample(candidate));
        const back = welchTest(sample(candidate), sample(baseline));
        fc.pre(forth !== undefined);
        expect(back?.t).toBeCloseTo(-forth.t, 9);
        expect(back?.p).toBeCloseTo(forth.p, 9);
        expect(forth.p).toBeGreaterThanOrEqual(0);
        expect(forth.p).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("the bootstrap is a function of its seed, within the change's extremes", () => {
    fc.assert(
      fc.property(
        values,
        values,
        fc.integer(),
        fc.constantFrom("BOOTSTRAP_PERCENTILE", "BOOTSTRAP_BCA"),
        (b, c, seed, method) => {
          const options = { method, confidence: 0.9, resamples: 100, seed } as const;
          const found = bootstrapInterval([b, c], change, options);
          expect(bootstrapInterval([b, c], change, options)).toEqual(found);
          if (found === undefined) return;
          expect(found.low).toBeLessThanOrEqual(found.high);
          expect(found.low).toBeGreaterThanOrEqual(relativeChange(Math.max(...b), Math.min(...c)) - 1e-9);
          expect(found.high).toBeLessThanOrEqual(relativeChange(Math.min(...b), Math.max(...c)) + 1e-9);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("a line through the points of a line is that line, in any order", () => {
    const number = fc.integer({ min: -50, max: 50 });
    fc.assert(
      fc.property(number, number, fc.uniqueArray(number, { minLength: 3, maxLength: 9 }), (slope, intercept, xs) => {
        const fit = linearFit(xs.map((x) => ({ x, y: intercept + slope * x })));
        expect(fit?.slope).toBeCloseTo(slope, 8);
        expect(fit?.intercept).toBeCloseTo(intercept, 6);
        expect(fit?.rSquared).toBeCloseTo(1, 8);
      }),
    );
  });

  test("robust z does not change with unit or origin", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 5, maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: -9, max: 9 }),
        (numbers, scale, shift) => {
          const moved = robustZ(numbers.map((value) => scale * value + shift));
          robustZ(numbers).forEach((z, i) => {
            if (z === null) expect(moved[i]).toBeNull();
            else expect(moved[i]).toBeCloseTo(z, 9);
          });
        },
      ),
    );
  });

  test("a quantile is between its neighbours, and the median halves the values", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (numbers, level) => {
        const sorted = [...numbers].sort((left, right) => left - right);
        const found = quantile(sorted, level);
        expect(sorted.filter((value) => value < found).length).toBeLessThanOrEqual(
          Math.ceil(level * (sorted.length - 1)),
        );
        const middle = median(numbers);
        expect(numbers.filter((value) => value < middle).length).toBeLessThanOrEqual(numbers.length / 2);
        expect(numbers.filter((value) => value > middle).length).toBeLessThanOrEqual(numbers.length / 2);
      }),
    );
  });
});

test("the random stream is uniform and differs by seed", () => {
  const draws = Array.from({ length: 3000 }, seededRandom(1));
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = draws.filter((value) => Math.floor(value * 10) === tenth).length;
    // 300 expected, standard deviation 16.
    expect(Math.abs(count - 300)).toBeLessThan(66);
  }
  expect(seededRandom(2)()).not.toBe(draws[0]);
});

test("undefined statistics are undefined or null, never NaN", () => {
  expect(welchTest(sample([1]), sample([1, 2]))).toBeUndefined();
  expect(welchTest(sample([1, 1]), sample([1, 1]))).toBeUndefined();
  expect(pairedTest([{ baseline: 1, candidate: 2 }])).toBeUndefined();
  expect(
    pairedTest([
      { baseline: 1, candidate: 2 },
      { baseline: 2, candidate: 3 },
    ]),
  ).toBeUndefined();
  expect(
    pairedChangeInterval([
      { baseline: 1, candidate: 2 },
      { baseline: -1, candidate: 2 },
    ]),
  ).toBeUndefined();
  expect(
    linearFit([
      { x: 1, y: 2 },
      { x: 2, y: 3 },
    ]),
  ).toBeUndefined();
  expect(
    linearFit([
      { x: 1, y: 2 },
      { x: 1, y: 3 },
      { x: 1, y: 4 },
    ]),
  ).toBeUndefined();
  const options = { method: "BOOTSTRAP_BCA", confidence: 0.95, resamples: 99, seed: 0 } as const;
  expect(bootstrapInterval([[1], [2, 3]], change, options)).toBeUndefined();
  // Equal values: no draw differs, and BCa has no acceleration.
  expect(
    bootstrapInterval(
      [
        [1, 1],
        [2, 2],
      ],
      change,
      options,
    ),
  ).toBeUndefined();
  expect(robustZ([1, 2, 3])).toEqual([null, null, null]);
  expect(robustZ([1, 1, 1, 1, 9])).toEqual([null, null, null, null, null]);
});
