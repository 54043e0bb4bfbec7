import { describe, expect, test } from "vitest";
import { flatMapRows, oneBatch, type Cell } from "#src/export/table.js";
import { MAX_CELLS_PER_TURN, tableChunks } from "#src/export/write-table.js";
import { ITEMS_PER_TURN, mapInTurns, stepsInTurns, takeTurn } from "#src/store/in-turns.js";
import { turnsDuring, TurnCounter } from "../../support/turns.js";

const COLUMNS = ["a", "b", "c", "d"].map((name) => ({ name, type: "number" as const }));
const ROWS = Array.from({ length: 60_000 }, (_, i): Cell[] => [i, i, i, i]);

describe("other requests are served", () => {
  test.each(["CSV", "PARQUET"] as const)("while rows that are in memory become %s", async (format) => {
    let length = 0;
    const turns = await turnsDuring(async () => {
      for await (const chunk of tableChunks({ columns: COLUMNS, rows: oneBatch(ROWS) }, format)) length += chunk.length;
    });
    expect(length).toBeGreaterThan(ROWS.length);
    expect(turns).toBeGreaterThanOrEqual((ROWS.length * COLUMNS.length) / MAX_CELLS_PER_TURN - 1);
  });

  test("while many items are converted, as often as their size requires", async () => {
    const items = ROWS.map((_, i) => i);
    let converted: number[] = [];
    const convert = async (itemsPerTurn: number | undefined) => {
      converted = await mapInTurns(items, (item) => 2 * item, itemsPerTurn);
    };
    expect(await turnsDuring(() => convert(undefined))).toBeGreaterThanOrEqual(items.length / ITEMS_PER_TURN - 1);
    expect(await turnsDuring(() => convert(100))).toBeGreaterThanOrEqual(items.length / 100 - 1);
    expect(converted).toEqual(items.map((item) => 2 * item));
  });
});

describe("work of many fields at once", () => {
  test("is done in turns of at most ITEMS_PER_TURN items together", async () => {
    const fields = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? ITEMS_PER_TURN : 2_000));
    const counter = new TurnCounter();
    const work = async (items: number) => {
      await takeTurn(items);
      counter.add(items);
    };
    const turns = await turnsDuring(() => Promise.all(fields.map(work)));
    expect(counter.most).toBeLessThanOrEqual(2 * ITEMS_PER_TURN);
    expect(turns).toBeGreaterThanOrEqual(fields.reduce((sum, items) => sum + items, 0) / ITEMS_PER_TURN - 1);
  });

  test("waits for no turn if there is little of it", async () => {
    await new Promise(setImmediate);
    expect(await turnsDuring(() => Promise.all([100, 200, 300].map((items) => takeTurn(items))))).toBe(0);
  });
});

test("a small request does not wait for all of a large one", async () => {
  const large = {};
  const done: string[] = [];
  const work = async (name: string, owner: object) => {
    await takeTurn(ITEMS_PER_TURN, owner);
    done.push(name);
  };
  const all = Array.from({ length: 20 }, () => work("large", large));
  await Promise.all([...all, work("small", {})]);
  expect(done.indexOf("small")).toBeLessThanOrEqual(2);
});

test("the steps of a derivation run in as many turns as their items require", async () => {
  const counter = new TurnCounter();
  function* steps() {
    for (let i = 0; i < 10; i++) {
      yield ITEMS_PER_TURN / 2;
      counter.add(ITEMS_PER_TURN / 2);
    }
    return "done";
  }
  let result: string | undefined;
  const turns = await turnsDuring(async () => {
    result = await stepsInTurns(steps());
  });
  expect(result).toBe("done");
  expect(counter.most).toBeLessThanOrEqual(2 * ITEMS_PER_TURN);
  expect(turns).toBeGreaterThanOrEqual(4);
});

test("a curve of many points becomes batches of rows, of which one is in memory at a time", async () => {
  let made = 0;
  function* points(length: number) {
    for (let i = 0; i < length; i++) {
      made += 1;
      yield [i];
    }
  }
  let received = 0;
  for await (const batch of flatMapRows(oneBatch([100_000, 1, 0, 5_000]), points)) {
    received += batch.length;
    expect(made).toBe(received);
    expect(batch.length).toBeLessThanOrEqual(2_000);
  }
  expect(received).toBe(105_001);
});
