import { createHash } from "node:crypto";
import { rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { TensorRecord } from "#src/import/records.js";
import { readTensorValues } from "#src/import/tensor-values.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** A file of 3 bytes of something else and then `bytes`, with the record of the tensor that they are. */
async function stored(dtype: string, bytes: Uint8Array): Promise<[string, TensorRecord]> {
  const file = path.join(await temporaryFolder(), "weights");
  await writeFile(file, Buffer.concat([Buffer.from("xyz"), bytes]));
  const hash = createHash("sha256").update(bytes).digest("hex");
  return [file, { name: "t", dtype, shape: [bytes.length], offset: 3, length: bytes.length, hash }];
}

const bits = (...words: number[]) => new Uint8Array(Uint16Array.from(words).buffer);

describe("values are read exactly", () => {
  test.each<[string, Uint8Array, number[]]>([
    ["F64", new Uint8Array(Float64Array.from([0.1, -2, 5e-324]).buffer), [0.1, -2, 5e-324]],
    ["F32", new Uint8Array(Float32Array.from([0.1, -2]).buffer), [Math.fround(0.1), -2]],
    // From IEEE 754: 1, -2, the largest, the smallest normal, the smallest denormal, 1/3 rounded.
    ["F16", bits(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555), [1, -2, 65504, 2 ** -14, 2 ** -24, 0.333251953125]],
    ["BF16", bits(0x3f80, 0xc000, 0x4049, 0x0001), [1, -2, 3.140625, 2 ** -133]],
  ])("%s", async (dtype, bytes, values) => {
    const [file, tensor] = await stored(dtype, bytes);
    expect([...(await readTensorValues(file, tensor))]).toEqual(values);
  });

  test.each<[string, Uint8Array]>([
    ["F16", bits(0x7c00, 0xfc00, 0x7e00)],
    ["BF16", bits(0x7f80, 0xff80, 0x7fc0)],
  ])("infinities and NaN of %s", async (dtype, bytes) => {
    const [file, tensor] = await stored(dtype, bytes);
    expect([...(await readTensorValues(file, tensor))]).toEqual([Infinity, -Infinity, NaN]);
  });
});

describe("a weight file that is not what was imported", () => {
  const bytes = new Uint8Array(Float32Array.from([1, 2, 3]).buffer);

  test("changed", async () => {
    const [file, tensor] = await stored("F32", bytes);
    await writeFile(file, Buffer.concat([Buffer.from("xyz"), new Uint8Array(bytes.length)]));
    await expect(readTensorValues(file, tensor)).rejects.toMatchObject({ code: "WEIGHTS_CHANGED" });
  });

  test("shorter", async () => {
    const [file, tensor] = await stored("F32", bytes);
    await truncate(file, 9);
    await expect(readTensorValues(file, tensor)).rejects.toMatchObject({ code: "WEIGHTS_CHANGED" });
  });

  test("gone", async () => {
    const [file, tensor] = await stored("F32", bytes);
    await rm(file);
    await expect(readTensorValues(file, tensor)).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
  });
});
