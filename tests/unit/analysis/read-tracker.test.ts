import DataLoader from "dataloader";
import { expect, test } from "vitest";
import { openReadTracker } from "#src/analysis/request/read-tracker.js";
import { ITEMS_PER_TURN, takeTurn } from "#src/store/in-turns.js";

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("a chain of dependent reads counts as one read, and waiting calls run after it", async () => {
  const reads = openReadTracker();
  const order: string[] = [];
  const first = reads.tracked(async (milliseconds: number) => {
    await later(milliseconds);
    order.push(`first ${milliseconds}`);
    return milliseconds;
  });
  const batches: (readonly number[])[] = [];
  const following = new DataLoader<number, number>(
    reads.tracked(async (keys: readonly number[]) => {
      batches.push(keys);
      await later(5);
      order.push("following");
      return [...keys];
    }),
    { batchScheduleFn: (callback) => reads.whenReadsEnd(callback) },
  );
  const requested = new Promise<void>((resolve) =>
    reads.whenIdle(() => {
      order.push("quiet");
      resolve();
    }),
  );
  // The waiting call is registered first, and one read ends long before the other.
  const both = [1, 40].map(async (milliseconds) => following.load(await first(milliseconds)));
  expect(await Promise.all(both)).toEqual([1, 40]);
  await requested;
  expect(batches).toEqual([[1, 40]]);
  expect(order).toEqual(["first 1", "first 40", "following", "quiet"]);
});

test("a read does not wait if none is in progress", async () => {
  const reads = openReadTracker();
  const loader = new DataLoader<number, number>(
    reads.tracked((keys: readonly number[]) => Promise.resolve([...keys])),
    { batchScheduleFn: (callback) => reads.whenReadsEnd(callback) },
  );
  expect(await loader.load(7)).toBe(7);
});

test("a batch of cached keys does not delay waiting calls", async () => {
  const reads = openReadTracker();
  const loader = new DataLoader<number, number>(
    reads.tracked((keys: readonly number[]) => Promise.resolve([...keys])),
    { batchScheduleFn: (callback) => reads.whenReadsEnd(callback) },
  );
  await loader.load(7);
  const other = reads.tracked(later)(5);
  const cached = loader.load(7);
  await new Promise<void>((resolve) => reads.whenIdle(resolve));
  expect(await cached).toBe(7);
  await other;
});

test("waiting calls run after the work of the request that waits for a turn of the event loop", async () => {
  const owner = {};
  const reads = openReadTracker(owner);
  const order: string[] = [];
  const turns = [1, 2, 3].map(async (turn) => {
    await takeTurn(ITEMS_PER_TURN, owner);
    order.push(`turn ${turn}`);
  });
  await new Promise<void>((resolve) => reads.whenIdle(resolve));
  order.push("idle");
  await Promise.all(turns);
  expect(order).toEqual(["turn 1", "turn 2", "turn 3", "idle"]);
});
