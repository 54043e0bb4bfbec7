import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { breakEvenFlops, type TimedProblem } from "#src/compute/providers/break-even.js";

const point = (flops: number, cpuSeconds: number, providerSeconds: number): TimedProblem => ({
  flops,
  cpuSeconds,
  providerSeconds,
});

describe("the break-even size", () => {
  test("is interpolated logarithmically between the last size at which the provider is slower and the next size", () => {
    // Twice as slow at 1e6, twice as fast at 1e8: even in the middle of the two, which is 1e7.
    expect(breakEvenFlops([point(1e6, 1, 2), point(1e8, 2, 1)])).toBeCloseTo(1e7, 0);
    // Four times as slow and twice as fast: two thirds of the way.
    expect(breakEvenFlops([point(1e6, 1, 4), point(1e9, 2, 1)])).toBeCloseTo(1e8, 0);
  });

  test("is above the last size at which the provider is slower, even if it is faster at a smaller size", () => {
    const lucky = [point(1e3, 2, 1), point(1e6, 1, 2), point(1e8, 2, 1)];
    expect(breakEvenFlops(lucky)).toBeCloseTo(1e7, 0);
    expect(breakEvenFlops([...lucky].reverse())).toBeCloseTo(1e7, 0);
  });

  test("is the minimum size if the provider is always faster, and null if it is slower at the largest size", () => {
    expect(breakEvenFlops([point(1e8, 2, 1), point(1e6, 2, 1)])).toBe(1e6);
    expect(breakEvenFlops([point(1e6, 2, 1), point(1e8, 1, 2)])).toBeNull();
    expect(breakEvenFlops([point(1e6, 1, 1)])).toBeNull();
    expect(breakEvenFlops([])).toBeNull();
  });

  test("is never below a size at which the provider was measured to be slower", () => {
    const seconds = fc.double({ min: 1e-6, max: 10, noNaN: true });
    const points = fc.array(fc.tuple(fc.integer({ min: 1, max: 1e9 }), seconds, seconds), { minLength: 1 });
    fc.assert(
      fc.property(points, (measured) => {
        const some = [...new Map(measured.map((one) => [one[0], point(...one)])).values()];
        const crossing = breakEvenFlops(some);
        const slower = some.filter(({ cpuSeconds, providerSeconds }) => providerSeconds >= cpuSeconds);
        const lastSlower = Math.max(0, ...slower.map(({ flops }) => flops));
        if (crossing === null) expect(lastSlower).toBe(Math.max(...some.map(({ flops }) => flops)));
        else {
          expect(crossing).toBeGreaterThanOrEqual(lastSlower * (1 - 1e-9));
          expect(crossing).toBeLessThanOrEqual(Math.max(...some.map(({ flops }) => flops)) * (1 + 1e-9));
        }
      }),
    );
  });
});
