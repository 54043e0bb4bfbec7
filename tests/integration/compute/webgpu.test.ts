import { beforeAll, describe, expect, test } from "vitest";
import type { Judged } from "../../support/reference-cases.js";
import { autoProcess, referenceCasesProcess } from "../../support/compute-process.js";
import { missingSwiftShader, noVulkan, swiftShader } from "../../support/swiftshader.js";

const reason = missingSwiftShader();

describe.skipIf(reason !== undefined)(`WebGPU on SwiftShader${reason === undefined ? "" : ` (${reason})`}`, () => {
  let judged: Judged[];
  beforeAll(async () => {
    judged = await referenceCasesProcess("webgpu", swiftShader());
  }, 120_000);
  const of = (name: string) => judged.find((one) => one.name === name);

  test("every result is within the tolerances of the precision that it states", () => {
    expect(judged.length).toBeGreaterThan(40);
    expect(judged.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  });

  test.each(["unrelated", "other ranks", "one start", "opposed", "scaled", "collapsed"])(
    "%s updates are precise enough in float32, and are computed on the GPU",
    (name) => expect(of(name)).toMatchObject({ provider: "webgpu", precision: "float32", fallback: null }),
  );

  test.each([
    "close",
    "very close",
    "close but for the scaling",
    "the same update in other factors",
    "tiny",
    "huge",
    "zero",
  ])("%s updates need float64, and are computed on the CPU", (name) =>
    expect(of(name)).toMatchObject({ provider: "cpu", precision: "float64", fallback: null }),
  );

  test("larger updates are computed on the GPU, except when compared with themselves", () => {
    const random = judged.filter(({ name }) => name.startsWith("random"));
    const onGpu = random.filter(({ provider }) => provider === "webgpu");
    expect(onGpu.length).toBeGreaterThanOrEqual(30);
    // The error shows that the result is in float32; no result of the CPU has an error of this size.
    expect(Math.max(...onGpu.map(({ cosineError }) => cosineError))).toBeGreaterThan(1e-9);
  });

  test.each([NaN, Infinity])("a weight that is %s leaves other pairs on the GPU", (value) => {
    expect(of(`a weight that is ${value}`)).toMatchObject({ provider: "webgpu", wrong: [] });
  });

  test("a GPU emulated by the CPU is not selected automatically, whatever the measured thresholds are", async () => {
    expect(await autoProcess(swiftShader())).toMatchObject({ provider: "cpu", precision: "float64", fallback: null });
  });
});

test("a provider that cannot be opened falls back to the CPU, with exact results, and states why", async () => {
  const judged = await referenceCasesProcess("webgpu", noVulkan());
  expect(judged.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  for (const { provider, precision, fallback } of judged) {
    expect({ provider, precision }).toEqual({ provider: "cpu", precision: "float64" });
    expect(fallback).toMatch(/^webgpu: .*adapter/is);
  }
});
