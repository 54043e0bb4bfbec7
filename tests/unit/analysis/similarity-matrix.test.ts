import { expect, test } from "vitest";
import type { WeightFacts } from "#src/model/weight-facts.js";
import type { CheckpointLoaders } from "#src/analysis/runs/checkpoint-layers.js";
import type { RunCheckpoint } from "#src/analysis/runs/run-checkpoint.js";
import { compareAllRuns } from "#src/analysis/similarity/similarity-matrix.js";
import { openReadTracker } from "#src/analysis/request/read-tracker.js";
import { noDeadline } from "#src/analysis/request/request-deadline.js";
import { openWeightFactsLoader } from "#src/analysis/request/weight-facts-loader.js";
import type { UpdatePair } from "#src/model/weight-updates.js";

/** `count` runs that all adapt the same `layers` layers. */
function matrix(count: number, layers: number) {
  const rows = Array.from({ length: layers }, (_, i) => ({ id: `${i}`, name: `h.${i}`, index: i, module: "m" }));
  const tensors = { a: { shape: [2, 4] }, b: { shape: [4, 2] }, scaling: 2 };
  const reads = {
    layers: { load: () => Promise.resolve(rows) },
    factors: {
      load: (checkpoint: { id: string }) =>
        Promise.resolve(rows.map(({ id }) => ({ layerId: id, hash: `${checkpoint.id} ${id}`, ...tensors }))),
    },
  } as unknown as CheckpointLoaders;
  const requestSizes: number[] = [];
  const weights: WeightFacts = {
    request: (_kind, pairs) => {
      requestSizes.push(pairs.length);
      return Promise.resolve(
        (pairs as UpdatePair[]).map(({ left, right }) => ({ pending: `${left.factors.hash} ${right.factors.hash}` })),
      );
    },
  };
  const deadline = noDeadline(new AbortController().signal);
  const loader = openWeightFactsLoader({ weights, deadline }, openReadTracker());
  const runs = Array.from(
    { length: count },
    (_, i) => ({ experiment: { studyId: "s" }, checkpoint: { id: `c${i}` } }) as RunCheckpoint,
  );
  const asking = { measure: "COSINE", scaling: "ADAPTER", waitMilliseconds: 0 } as const;
  return { requestSizes, found: compareAllRuns(loader, reads, runs, asking) };
}

test("every pair of every layer, including the diagonal, is requested once, all in one call", async () => {
  const { requestSizes, found } = matrix(5, 3);
  const { values, pendingJobs, perLayer } = await found;
  expect(requestSizes).toEqual([45]);
  expect(pendingJobs).toHaveLength(45);
  expect(perLayer).toHaveLength(3);
  expect(values).toEqual(Array.from({ length: 5 }, () => [null, null, null, null, null]));
});

test("more pairs than the maximum are rejected before any request", async () => {
  const { requestSizes, found } = matrix(64, 64);
  await expect(found).rejects.toThrow(
    "at experiments; received 64 runs of 64 layers, 133120 pairs; allowed: 131072 pairs. Request fewer runs at a time.",
  );
  expect(requestSizes).toEqual([]);
  const largest = matrix(64, 63);
  await largest.found;
  expect(largest.requestSizes).toEqual([131040]);
});
