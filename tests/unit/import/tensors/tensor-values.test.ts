import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensorValues } from "#src/import/tensors/tensor-values.js";

const record = (dtype: string, bytes: Uint8Array) => ({
  dtype,
  shape: [bytes.length],
  columnMajor: false,
  length: bytes.length,
  hash: createHash("sha256").update(bytes).digest("hex"),
});

/** Returns the values of `bytes`, read at an aligned and at an unaligned offset. */
function read(dtype: string, bytes: Uint8Array): Float32Array | Float64Array {
  const tensor = record(dtype, bytes);
  const shifted = Buffer.concat([Buffer.from("x"), bytes]).subarray(1);
  const values = tensorValues(new Uint8Array(bytes), tensor, "t");
  expect(tensorValues(shifted, tensor, "t")).toEqual(values);
  return values;
}

const bits = (...words: number[]) => new Uint8Array(Uint16Array.from(words).buffer);
const all = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("values are read exactly", () => {
  test.each<[string, Uint8Array, number[]]>([
    ["F64", new Uint8Array(Float64Array.from([0.1, -2, 5e-324]).buffer), [0.1, -2, 5e-324]],
    ["F32", new Uint8Array(Float32Array.from([0.1, -2]).buffer), [Math.fround(0.1), -2]],
    // From IEEE 754: 1, -2, the largest, the smallest normal, the smallest denormal, 1/3 rounded.
    ["F16", bits(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555), [1, -2, 65504, 2 ** -14, 2 ** -24, 0.333251953125]],
    ["BF16", bits(0x3f80, 0xc000, 0x4049, 0x0001), [1, -2, 3.140625, 2 ** -133]],
    // From arXiv 2209.05433, table 1: 1, -1, the largest, the smallest normal, the largest and smallest subnormal.
    ["F8_E4M3", Uint8Array.of(0x38, 0xb8, 0x7e, 0x08, 0x07, 0x01), [1, -1, 448, 2 ** -6, 0.875 * 2 ** -6, 2 ** -9]],
    ["F8_E5M2", Uint8Array.of(0x3c, 0xbc, 0x7b, 0x04, 0x03, 0x01), [1, -1, 57344, 2 ** -14, 0.75 * 2 ** -14, 2 ** -16]],
  ])("%s", (dtype, bytes, values) => {
    expect([...read(dtype, bytes)]).toEqual(values);
  });

  test("column-major values become row-major", () => {
    const bytes = new Uint8Array(Float32Array.from([1, 2, 3, 4, 5, 6]).buffer);
    const tensor = { ...record("F32", bytes), shape: [2, 3], columnMajor: true };
    expect([...tensorValues(bytes, tensor, "t")]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  test.each<[string, Uint8Array]>([
    ["F16", bits(0x7c00, 0xfc00, 0x7e00)],
    ["BF16", bits(0x7f80, 0xff80, 0x7fc0)],
    ["F8_E5M2", Uint8Array.of(0x7c, 0xfc, 0x7f)],
  ])("infinities and NaN of %s", (dtype, bytes) => {
    expect([...read(dtype, bytes)]).toEqual([Infinity, -Infinity, NaN]);
  });

  test("F8_E4M3 has no infinities and one NaN of each sign", () => {
    const values = read("F8_E4M3", Uint8Array.from(all(256)));
    expect(all(256).filter((at) => Number.isNaN(values[at]))).toEqual([0x7f, 0xff]);
    expect(values.every((value) => Math.abs(value) !== Infinity)).toBe(true);
  });

  test.each([
    ["F16", 2 ** 16, 0x8000],
    ["BF16", 2 ** 16, 0x8000],
    ["F8_E4M3", 2 ** 8, 0x80],
    ["F8_E5M2", 2 ** 8, 0x80],
  ])("every code of %s ascends with its bits, and the sign is its first", (dtype, count, sign) => {
    const bytes = count > 256 ? bits(...all(count)) : Uint8Array.from(all(count));
    const values = read(dtype, bytes);
    const positive = [...values.subarray(0, sign)].filter((value) => !Number.isNaN(value));
    expect(positive.every((value, at) => at === 0 || value > (positive[at - 1] ?? NaN))).toBe(true);
    expect([...values.subarray(sign)]).toEqual([...values.subarray(0, sign)].map((value) => -value));
  });
});

test("all dtypes but F64 fit float32, and aligned values are not copied", () => {
  const bytes = new Uint8Array(Float32Array.from([1, 2, 3]).buffer);
  const values = tensorValues(bytes, record("F32", bytes), "t");
  expect(values).toBeInstanceOf(Float32Array);
  expect(values.buffer).toBe(bytes.buffer);
  expect(read("F64", new Uint8Array(8))).toBeInstanceOf(Float64Array);
  for (const dtype of ["F16", "BF16", "F8_E4M3", "F8_E5M2"]) {
    expect(read(dtype, new Uint8Array(8))).toBeInstanceOf(Float32Array);
  }
});

describe("changed bytes are rejected", () => {
  const bytes = new Uint8Array(Float32Array.from([1, 2, 3]).buffer);

  test("any changed bit is detected", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Uint8Array.from(bytes, (byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(() => tensorValues(changed, record("F32", bytes), "w.bin, tensor t")).toThrow(
          expect.objectContaining({ code: "WEIGHTS_CHANGED", message: expect.stringContaining("w.bin") as string }),
        );
      }),
    );
  });

  test.each([8, 16])("a tensor of %i bytes in place of 12", (length) => {
    expect(() => tensorValues(new Uint8Array(length), record("F32", bytes), "t")).toThrow(
      expect.objectContaining({ code: "WEIGHTS_CHANGED" }),
    );
  });

  test.each(["I64", "toString"])("the dtype %s is named", (dtype) => {
    expect(() => tensorValues(bytes, record(dtype, bytes), "t")).toThrow(
      expect.objectContaining({ code: "ADAPTER_TENSORS_INVALID", message: expect.stringContaining(dtype) as string }),
    );
  });
});
