import { describe, expect, test } from "vitest";
import { modelGoldensProcess } from "../../support/compute-process.js";
import { missingSwiftShader, noVulkan, swiftShader } from "../../support/swiftshader.js";

const reason = missingSwiftShader();

describe.skipIf(reason !== undefined)(`Models on SwiftShader${reason === undefined ? "" : ` (${reason})`}`, () => {
  test("logits, losses and greedy tokens on WebGPU are those of transformers", async () => {
    const goldens = await modelGoldensProcess("webgpu", "float32", swiftShader());
    expect(goldens).toHaveLength(21);
    for (const golden of goldens) {
      expect(golden).toMatchObject({ precision: "float32", greedy: 1 });
      expect(golden.logitError).toBeLessThan(1e-4);
      expect(golden.lossError).toBeLessThan(1e-5);
      // SwiftShader has no float16, in which these two are stored.
      const isHalf = ["gpt2-f16", "llama-biased"].includes(golden.name);
      expect(golden.provider).toBe(isHalf ? "cpu" : "webgpu");
      if (isHalf) expect(golden.fallback).toMatch(/^webgpu: .*f16/);
      else expect(golden.fallback).toBeNull();
    }
  }, 600_000);
});

test("models fall back to the CPU without a GPU, and state why", async () => {
  const goldens = await modelGoldensProcess("webgpu", "float16", noVulkan());
  for (const { provider, precision, fallback, lossError } of goldens) {
    expect({ provider, precision }).toEqual({ provider: "cpu", precision: "float32" });
    expect(fallback).toMatch(/^webgpu: .*adapter/is);
    expect(lossError).toBeLessThan(1e-5);
  }
}, 120_000);
