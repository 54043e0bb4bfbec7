import { describe, expect, test } from "vitest";
import type { ThreadTask } from "#src/jobs/compute/compute-thread.js";
import { openGpuSelector } from "#src/jobs/compute/gpu-selector.js";

const file = { hash: "", size: 0, path: "" };
const tensor = (name: string, shape: readonly number[]) => ({
  name,
  shape: [...shape],
  dtype: "F32",
  columnMajor: false,
  offset: 0,
  length: 0,
  hash: "",
  file,
});

/** Two updates of rank 16 and 1024 x 1024: 4.2 MFLOP. */
const task = (kind: ThreadTask["kind"]): ThreadTask => {
  const location = { hash: "", rank: 16, a: tensor("a", [16, 1024]), b: tensor("b", [1024, 16]) };
  const layer = { members: [{ location }, { location }, { location: undefined }], items: [] };
  return { kind, layers: [layer] };
};
const FLOPS = 2 * 32 ** 2 * 2048;

describe("selection of tasks for the GPU thread", () => {
  test("a configured provider gets all comparisons, but no spectra or subspaces", async () => {
    const isForGpu = openGpuSelector({ provider: "webgpu", breakEvenFlops: {} });
    expect(await isForGpu(task("COMPARISON"))).toBe(true);
    expect(await isForGpu(task("SPECTRUM"))).toBe(false);
    expect(await isForGpu(task("SUBSPACE"))).toBe(false);
  });

  test("a configured CPU provider leaves no tasks for the GPU thread", async () => {
    expect(await openGpuSelector({ provider: "cpu", breakEvenFlops: { webgpu: 0 } })(task("COMPARISON"))).toBe(false);
  });

  test("automatic selection takes tasks from the break-even size on, and only if a GPU is present", async () => {
    let calls = 0;
    const present = () => {
      calls++;
      return Promise.resolve(new Set(["webgpu"] as const));
    };
    const choice = (webgpu: number, cuda: number) =>
      openGpuSelector({ provider: "auto", breakEvenFlops: { webgpu, cuda } }, present)(task("COMPARISON"));
    expect(await choice(FLOPS + 1, FLOPS + 1)).toBe(false);
    expect(calls).toBe(0);
    expect(await choice(FLOPS, Infinity)).toBe(true);
    expect(await choice(Infinity, FLOPS)).toBe(false);
    expect(calls).toBe(2);
  });
});
