import { describe, expect, test } from "vitest";
import { parquetChunks } from "#src/export/parquet.js";
import { pairedTest } from "#src/derive/statistics/mean-test.js";
import { meanAndRange } from "#src/derive/statistics/sample.js";
import { largest, smallest } from "#src/model/extremes.js";

/** More values than the stack holds as arguments of one call, whatever its size here. */
const MANY = Array.from({ length: 300_000 }, (_, i) => i);

describe("extremes", () => {
  test("are those of Math.max and Math.min for few values", () => {
    for (const values of [[], [3], [2, -1, 5], [1, NaN, 2], [Infinity, 0], [-0, 0]]) {
      expect(largest(values)).toBe(Math.max(...values));
      expect(smallest(values)).toBe(Math.min(...values));
    }
  });

  test("are computed for more values than a call can have arguments", () => {
    expect([smallest(MANY), largest(MANY)]).toEqual([0, MANY.length - 1]);
  });
});

test("a range and a paired test of 300,000 values are computed", () => {
  expect(meanAndRange(MANY)).toMatchObject({ min: 0, max: MANY.length - 1, n: MANY.length });
  const pairs = MANY.map((value) => ({ baseline: value, candidate: value + 1 + (value % 2) }));
  expect(pairedTest(pairs)?.p).toBeLessThan(1e-9);
});

test("a batch of 300,000 rows becomes Parquet", async () => {
  // eslint-disable-next-line @typescript-eslint/require-await -- a table's rows are asynchronous; these are in memory
  async function* rows() {
    yield MANY.map((value) => [value]);
  }
  let bytes = 0;
  for await (const chunk of parquetChunks({ columns: [{ name: "i", type: "integer" }], rows: rows() })) {
    bytes += chunk.length;
  }
  expect(bytes).toBeGreaterThan(MANY.length);
});
