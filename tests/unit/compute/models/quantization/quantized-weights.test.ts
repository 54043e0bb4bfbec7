import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openModel } from "#src/compute/models/language-model.js";
import { quantizedWeights } from "#src/compute/models/quantization/quantized-weights.js";
import { openFixture, readExpected, readFixtureAdapter } from "../../../../support/model-fixtures.js";

/** Losses of transformers and PEFT with weights that bitsandbytes quantized (scripts/reference/quantization.py). */
const LOSSES = JSON.parse(
  readFileSync(new URL("../../../../fixtures/quantization/losses.json", import.meta.url), "utf8"),
) as Record<string, { readonly base: number; readonly dora: number }>;

const MODELS = ["gpt2", "qwen3"];
const SCHEMES = ["nf4", "fp4", "int8"] as const;

async function collect(model: Awaited<ReturnType<typeof openFixture>>, scheme: (typeof SCHEMES)[number]) {
  const weights = new Map<string, Float32Array>();
  const quantization = scheme === "int8" ? { scheme } : { scheme, doubleQuantization: false };
  for await (const [name, values] of quantizedWeights({ ...model, quantization })) weights.set(name, values);
  return weights;
}

function mean(values: Float32Array = new Float32Array()): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test.each(MODELS.flatMap((name) => SCHEMES.map((scheme) => [name, scheme] as const)))(
  "%s on %s weights has the loss that transformers has on bitsandbytes' weights",
  async (name, scheme) => {
    const fixture = await openFixture(name);
    const expected = readExpected(name);
    const weights = await collect(fixture, scheme);
    const model = openModel({ ...fixture, provider: "cpu", threads: 1, maxBytes: 2 ** 30, weights });
    const sequence = expected.sequences[0] ?? [];
    const losses = LOSSES[`${name}.${scheme}`];
    const [base] = await model.tokenLosses([sequence]);
    expect(Math.abs(mean(base) / (losses?.base ?? NaN) - 1)).toBeLessThan(1e-5);
    // DoRA's norms are those of the dequantized weights.
    const adapter = await model.prepareAdapter(readFixtureAdapter(name, "dora", expected));
    const [adapted] = await model.tokenLosses([sequence], { adapter });
    expect(Math.abs(mean(adapted) / (losses?.dora ?? NaN) - 1)).toBeLessThan(1e-5);
    await model.close();
  },
);

test("one layer's weights can be replaced for one run", async () => {
  const fixture = await openFixture("gpt2");
  const sequence = readExpected("gpt2").sequences[0] ?? [];
  const open = (weights: ReadonlyMap<string, Float32Array>) =>
    openModel({ ...fixture, provider: "cpu", threads: 1, maxBytes: 2 ** 30, weights });
  const name = "transformer.h.1.mlp.c_fc.weight";
  const quantized = await collect(fixture, "nf4");
  const exact = new Map<string, Float32Array>();
  // 8 bits in groups of one element are exact up to rounding.
  const options = { scheme: "rtn", bits: 8, groupSize: 1, symmetric: true } as const;
  for await (const [tensor, values] of quantizedWeights({ ...fixture, quantization: options }))
    exact.set(tensor, values);
  const mixed = open(new Map([...exact, [name, quantized.get(name) ?? new Float32Array()]]));
  const swapped = open(exact);
  const weights = new Map([[name, quantized.get(name) ?? new Float32Array()]]);
  const [expected] = await mixed.tokenLosses([sequence]);
  const [actual] = await swapped.tokenLosses([sequence], { weights });
  const [unchanged] = await swapped.tokenLosses([sequence]);
  expect(actual).toEqual(expected);
  expect(mean(unchanged)).toBeCloseTo(readExpected("gpt2").results.base.losses[0] ?? NaN, 4);
  expect(Math.abs(mean(actual) - mean(unchanged))).toBeGreaterThan(1e-3);
  await expect(
    swapped.tokenLosses([sequence], { weights: new Map([["transformer.wte.weight", new Float32Array()]]) }),
  ).rejects.toThrow(/transformer.wte.weight/);
  await Promise.all([mixed.close(), swapped.close()]);
});
