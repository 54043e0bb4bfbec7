import { describe, expect, test } from "vitest";
import { bytesToHold, chooseHolding, weightBytes } from "#src/compute/models/model-memory.js";
import { openModel } from "#src/compute/models/language-model.js";
import { memoryShares } from "#src/jobs/behaviour/memory-shares.js";
import { allLinearModules } from "#src/model/model-tensors.js";
import { openFixture } from "../../support/model-fixtures.js";

describe("the memory of a task's models", () => {
  test("is all of it for a single model, whether or not it can be held", () => {
    expect(memoryShares([4], 10)).toEqual([10]);
    expect(memoryShares([40], 10)).toEqual([10]);
  });

  test("holds both models if both fit, however unequal they are", () => {
    const [small, large] = memoryShares([1, 8], 10);
    expect(small).toBeGreaterThanOrEqual(1);
    expect(large).toBeGreaterThanOrEqual(8);
    expect((small ?? 0) + (large ?? 0)).toBe(10);
  });

  test("leaves each model a share if they do not fit, so that none is refused for the other's sake", () => {
    expect(memoryShares([28e9, 28e9], 8e9)).toEqual([4e9, 4e9]);
    expect(memoryShares([28e9], -1)).toEqual([0]);
  });
});

test("a model states the memory that its weights need as it holds them, and replaced weights once", async () => {
  const { config, files } = await openFixture("llama-sharded");
  const open = (maxBytes: number, weights?: ReadonlyMap<string, Float32Array>) =>
    openModel({ config, files, provider: "cpu", threads: 1, maxBytes, ...(weights !== undefined && { weights }) });
  const inMemory = open(Infinity);
  const streamed = open(0);
  expect([inMemory.holding, streamed.holding]).toEqual(["PACKED", "STREAMED"]);
  for (const model of [inMemory, streamed]) {
    const { holding } = model;
    expect(model.heldBytes).toBe(weightBytes({ config, files, holding }, 512));
  }
  const name = `${allLinearModules(config)[0]?.name ?? ""}.weight`;
  const elements = files.tensors.get(name)?.shape.reduce((product, size) => product * size, 1) ?? 0;
  const replaced = open(0, new Map([[name, new Float32Array(elements)]]));
  expect(replaced.heldBytes - streamed.heldBytes).toBe(4 * elements);
  await Promise.all([inMemory, streamed, replaced].map((model) => model.close()));
});

test("a model is held in exactly the memory that it states to need", async () => {
  const { config, files } = await openFixture("llama-sharded");
  const model = { config, files, replacedBytes: 0 };
  const [packed, held] = [bytesToHold(model, "PACKED"), bytesToHold(model, "HELD")];
  expect(chooseHolding(model, packed)).toBe("PACKED");
  expect(chooseHolding(model, held)).toBe(held === packed ? "PACKED" : "HELD");
  expect(chooseHolding(model, held - 1)).toBe("STREAMED");
});
