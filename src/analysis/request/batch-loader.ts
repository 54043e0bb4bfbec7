import DataLoader from "dataloader";
import type { Batch } from "./batches.js";
import type { ReadTracker } from "./read-tracker.js";

/**
 * Opens a loader whose batches start when the running reads have ended. The number of statements thus depends on the request
 * only, not on which of two reads ends first.
 */
export function openBatchLoader<Key, Value, CacheKey = Key>(
  reads: ReadTracker,
  read: Batch<Key, Value | Error>,
  cacheKeyFn?: (key: Key) => CacheKey,
): DataLoader<Key, Value, CacheKey> {
  return new DataLoader<Key, Value, CacheKey>(reads.tracked(read), {
    batchScheduleFn: (callback) => reads.whenReadsEnd(callback),
    ...(cacheKeyFn !== undefined && { cacheKeyFn }),
  });
}
