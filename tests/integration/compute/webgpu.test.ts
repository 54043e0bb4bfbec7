import { beforeAll, describe, expect, test } from "vitest";
import type { Judged } from "../../support/golden-facts.js";
import { autoProcess, goldenProcess } from "../../support/compute-process.js";
import { missingSwiftShader, noVulkan, swiftShader } from "../../support/swiftshader.js";

const reason = missingSwiftShader();

describe.skipIf(reason !== undefined)(`WebGPU on SwiftShader${reason === undefined ? "" : ` (${reason})`}`, () => {
  let judged: Judged[];
  beforeAll(async () => {
    judged = await goldenProcess("webgpu", swiftShader());
  }, 120_000);
  const of = (name: string) => judged.find((one) => one.name === name);

  test("every answer is within the tolerances of the precision that it says it has", () => {
    expect(judged.length).toBeGreaterThan(40);
    expect(judged.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  });

  test.each(["unrelated", "other ranks", "one start", "opposed", "scaled", "collapsed"])(
    "%s: float32 holds it, and it comes from the GPU",
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
  ])("%s: float32 cannot hold it, and it comes from the CPU in float64", (name) =>
    expect(of(name)).toMatchObject({ provider: "cpu", precision: "float64", fallback: null }),
  );

  test("larger updates come from the GPU, but for those compared with themselves", () => {
    const random = judged.filter(({ name }) => name.startsWith("random"));
    const onGpu = random.filter(({ provider }) => provider === "webgpu");
    expect(onGpu.length).toBeGreaterThanOrEqual(30);
    // Float32 it is: no answer of the CPU would be off by so much.
    expect(Math.max(...onGpu.map(({ cosineError }) => cosineError))).toBeGreaterThan(1e-9);
  });

  test.each([NaN, Infinity])("a weight that is %s leaves other pairs on the GPU", (value) => {
    expect(of(`a weight that is ${value}`)).toMatchObject({ provider: "webgpu", wrong: [] });
  });

  test("a CPU that plays a GPU is not chosen by itself, whatever the crossings say", async () => {
    expect(await autoProcess(swiftShader())).toMatchObject({ provider: "cpu", precision: "float64", fallback: null });
  }, 60_000);
});

test("a provider that does not open falls back to the CPU, exact, and says why", async () => {
  const judged = await goldenProcess("webgpu", noVulkan());
  expect(judged.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  for (const { provider, precision, fallback } of judged) {
    expect({ provider, precision }).toEqual({ provider: "cpu", precision: "float64" });
    expect(fallback).toMatch(/^webgpu: .*adapter/is);
  }
}, 60_000);
