/** The entry of a compute thread: reads the factors of a few pairs, compares them on ONNX Runtime, and gives back facts. */

import { openInnerProducts, type Factors, type InnerProductKernel } from "../compute/inner-products.js";
import { KERNEL_VERSION } from "../compute/kernel-version.js";
import { pairFacts } from "../compute/pair-facts.js";
import { readTensorValues } from "../import/tensor-values.js";
import type { StoredFactors } from "../store/factors.js";
import type { CompareTask, CompareTaskResult } from "./payloads.js";

/** One session a thread, opened by its first task and gone with the thread. */
let kernel: Promise<InnerProductKernel> | undefined;

/** Compares pairs of one layer shape. A pair whose weights cannot be read fails by itself. */
export async function compare(task: CompareTask): Promise<CompareTaskResult> {
  const start = performance.now();
  kernel ??= openInnerProducts();
  const openKernel = await kernel;
  const read = await Promise.all(
    task.map(async ({ left, right }): Promise<{ left: Factors; right: Factors } | { failed: string }> => {
      try {
        return { left: await readFactors(left), right: await readFactors(right) };
      } catch (error) {
        return { failed: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  const facts = await pairFacts(
    openKernel,
    read.flatMap((entry) => ("failed" in entry ? [] : [entry])),
  );
  const seconds = (performance.now() - start) / 1000 / task.length;
  let next = 0;
  return read.map((entry) => {
    const computed = "failed" in entry ? undefined : facts[next++];
    if (computed === undefined) return { failed: "failed" in entry ? entry.failed : "no facts were computed" };
    return { facts: { ...computed, kernelVersion: KERNEL_VERSION, provider: "cpu", precision: "float64", seconds } };
  });
}

async function readFactors({ path, rank, a, b }: StoredFactors): Promise<Factors> {
  const [valuesA, valuesB] = await Promise.all([readTensorValues(path, a), readTensorValues(path, b)]);
  return { rank, inFeatures: a.shape[1] ?? 0, outFeatures: b.shape[0] ?? 0, a: valuesA, b: valuesB };
}
