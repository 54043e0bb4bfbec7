import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { dequantizeScales, quantizeScales } from "#src/compute/models/quantization/double-quantization.js";
import { DYNAMIC_MAP } from "#src/compute/models/quantization/dynamic-map.js";
import { dequantizeFourBit, quantizeFourBit } from "#src/compute/models/quantization/four-bit.js";
import { dequantizeInt8, quantizeInt8, roundGroups } from "#src/compute/models/quantization/integers.js";
import { quantizedValues } from "#src/compute/models/quantization/quantize-weight.js";
import { roundTo } from "#src/compute/models/quantization/round-to.js";
import { readSafetensors } from "../../../../support/safetensors.js";

// Expected values are those of bitsandbytes and torch (scripts/reference/quantization.py).
const TENSORS = readSafetensors(
  fileURLToPath(new URL("../../../../fixtures/quantization/expected.safetensors", import.meta.url)),
);

function tensor(name: string) {
  const found = TENSORS.get(name);
  if (found === undefined) throw new Error(`The fixture has no tensor ${name}.`);
  return found.values;
}

const floats = (name: string) => tensor(name) as Float32Array;

test.each([
  ["large", "fp4"],
  ["odd", "nf4"],
  ["odd", "fp4"],
] as const)("%s weights in %s are bit for bit those of bitsandbytes", (name, type) => {
  const weight = quantizeFourBit(floats(name), type);
  expect(weight.packed).toEqual(tensor(`${name}.${type}.plain.packed`));
  expect(weight.absmax).toEqual(tensor(`${name}.${type}.plain.absmax`));
  const values = dequantizeFourBit(weight, type, floats(name).length);
  const rounded = roundTo(values, name === "large" ? "BF16" : "F32");
  expect(unsignedZeros(rounded)).toEqual(unsignedZeros(floats(`${name}.${type}.plain.values`)));
});

describe("NF4 with double quantization", () => {
  const prefix = "large.nf4.double";
  const large = floats("large");

  test("codes, mean and nested scales are bit for bit those of bitsandbytes", () => {
    const weight = quantizeFourBit(large, "nf4");
    const scales = quantizeScales(weight.absmax);
    expect(weight.packed).toEqual(tensor(`${prefix}.packed`));
    expect(scales.offset).toBe(floats(`${prefix}.offset`)[0]);
    expect(scales.absmax).toEqual(tensor(`${prefix}.nested`));
    // bitsandbytes' CPU kernel sometimes picks a neighbour of the nearest code; its CUDA kernel does not.
    const others = tensor(`${prefix}.absmax`);
    const differing = [...scales.codes].flatMap((code, i) => (code === others[i] ? [] : [i]));
    expect(differing.length).toBeLessThan(scales.codes.length / 100);
    const theirs = dequantizeScales({ ...scales, codes: others as Uint8Array });
    const ours = dequantizeScales(scales);
    for (const i of differing) {
      const error = (values: Float32Array) => Math.abs((values[i] ?? NaN) - (weight.absmax[i] ?? NaN));
      expect(error(ours)).toBeLessThanOrEqual(error(theirs));
    }
  });

  test("values are those that bitsandbytes dequantizes", () => {
    const { packed } = quantizeFourBit(large, "nf4");
    const absmax = dequantizeScales({
      codes: tensor(`${prefix}.absmax`) as Uint8Array,
      offset: floats(`${prefix}.offset`)[0] ?? NaN,
      absmax: floats(`${prefix}.nested`),
    });
    const values = dequantizeFourBit({ packed, absmax }, "nf4", large.length);
    const rounded = roundTo(values, "BF16");
    expect(unsignedZeros(rounded)).toEqual(unsignedZeros(floats(`${prefix}.values`)));
  });
});

test("the dynamic map is bitsandbytes' in float32", () => {
  expect(Float32Array.from(DYNAMIC_MAP)).toEqual(tensor("dynamic_map"));
});

test("int8 weights are those of LLM.int8()", () => {
  const weight = quantizeInt8(floats("rows"), 50);
  expect(weight.codes).toEqual(tensor("rows.int8.codes"));
  expect(weight.scales).toEqual(tensor("rows.int8.scales"));
  expect(dequantizeInt8(weight)).toEqual(tensor("rows.int8.values"));
});

test.each([4, 8] as const)("rounding to %i bits in groups is torch's fake quantization", (bits) => {
  for (const symmetric of [true, false]) {
    const rounded = roundGroups(floats("rows"), 50, { bits, groupSize: 32, symmetric });
    const expected = floats(`rows.int${bits}.${symmetric ? "symmetric" : "asymmetric"}`);
    rounded.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6));
  }
});

test("weights of zeros stay zero in every scheme", () => {
  const zeros = new Float32Array(128);
  for (const quantization of [
    { scheme: "nf4", doubleQuantization: true },
    { scheme: "fp4", doubleQuantization: false },
    { scheme: "int8" },
    { scheme: "rtn", bits: 4, groupSize: 32, symmetric: false },
  ] as const) {
    expect(quantizedValues(zeros, 64, quantization, "BF16")).toEqual(zeros);
  }
});

test("float16 and bfloat16 round ties to the even neighbour", () => {
  const values = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, 2 ** -25, 2 ** -24 * 1.5, -0.1);
  expect([...roundTo(values, "F16")]).toEqual([1, 1 + 2 ** -9, 65504, Infinity, 0, 2 ** -23, -0.0999755859375]);
  const others = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, -0.1);
  expect([...roundTo(others, "BF16")]).toEqual([1, 1 + 2 ** -6, -0.10009765625]);
});

/** bitsandbytes gives some zeros a sign, which no product shows. */
function unsignedZeros(values: Float32Array): Float32Array {
  return values.map((value) => value + 0);
}
