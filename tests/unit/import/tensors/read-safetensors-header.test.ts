import { writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RankscopeError } from "#src/errors.js";
import { withFile } from "#src/files/open-file.js";
import { readSafetensorsHeader } from "#src/import/tensors/read-safetensors-header.js";
import { safetensors, safetensorsOf } from "../../../support/adapter-files.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Reads `bytes` as a file called adapter. */
async function read(bytes: Uint8Array) {
  const file = path.join(await temporaryFolder(), "a.safetensors");
  await writeFile(file, bytes);
  return withFile(file, "adapter", async (opened) => (await readSafetensorsHeader(opened, "adapter")).tensors);
}

const entry = (from: number, to: number, shape = [1], dtype = "F32") => ({ dtype, shape, data_offsets: [from, to] });
const header = (tensors: Record<string, unknown>) => JSON.stringify(tensors);

test("tensors are listed in file order, with offsets from the start of the file", async () => {
  const bytes = safetensors(
    { b: { shape: [2, 3] }, a: { dtype: "BF16", shape: [5] }, scalar: { shape: [] } },
    { format: "pt" },
  );
  const dataStart = 8 + Number(bytes.readBigUInt64LE());
  expect(await read(bytes)).toEqual([
    { name: "b", dtype: "F32", shape: [2, 3], offset: dataStart, length: 24 },
    { name: "a", dtype: "BF16", shape: [5], offset: dataStart + 24, length: 10 },
    { name: "scalar", dtype: "F32", shape: [], offset: dataStart + 34, length: 4 },
  ]);
});

test("a header padded with spaces, as the official library writes it, is read", async () => {
  expect(await read(safetensorsOf(`${header({ a: entry(0, 4) })}     `, new Uint8Array(4)))).toHaveLength(1);
});

test("empty tensors may share an offset with another tensor, in any header order", async () => {
  const tensors = await read(safetensorsOf(header({ full: entry(0, 4), empty: entry(0, 0, [0]) }), new Uint8Array(4)));
  expect(tensors.map(({ name, length }) => [name, length])).toEqual([
    ["empty", 0],
    ["full", 4],
  ]);
});

describe("an invalid file is rejected with its name", () => {
  test("a file truncated at any byte", async () => {
    const whole = safetensors({ a: { shape: [2] }, b: { shape: [3] } }, { format: "pt" });
    for (let length = 0; length < whole.length; length++) {
      await expect(read(whole.subarray(0, length)), `cut at ${length}`).rejects.toMatchObject({
        code: "SAFETENSORS_INVALID",
        message: expect.stringContaining("adapter") as string,
      });
    }
  });

  test.each<[string, Uint8Array, string]>([
    [
      "a header longer than the file",
      Buffer.concat([Buffer.from([255, 255, 0, 0, 0, 0, 0, 0]), Buffer.from("{}")]),
      "65535 bytes in a file of 10",
    ],
    [
      "a header of 2^63 bytes",
      Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 0, 128]), Buffer.from("{}")]),
      "9223372036854775808",
    ],
    ["no object", safetensorsOf("[]", new Uint8Array()), "does not begin with {"],
    ["invalid JSON", safetensorsOf('{"a"', new Uint8Array()), "not JSON"],
    ["no UTF-8", Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([0x7b, 0xff, 0x7d])]), "not UTF-8"],
    [
      "overlapping tensors",
      safetensorsOf(header({ a: entry(0, 4), b: entry(2, 6) }), new Uint8Array(6)),
      "tensor b; received bytes 2 to 6",
    ],
    [
      "a hole",
      safetensorsOf(header({ a: entry(0, 4), b: entry(8, 12) }), new Uint8Array(12)),
      "where the one before ends",
    ],
    ["offsets backwards", safetensorsOf(header({ a: entry(4, 0) }), new Uint8Array(4)), "tensor a"],
    [
      "bytes after the last tensor",
      safetensorsOf(header({ a: entry(0, 4) }), new Uint8Array(5)),
      "where the last tensor ends",
    ],
    [
      "a shape that takes other bytes",
      safetensorsOf(header({ a: entry(0, 4, [2]) }), new Uint8Array(4)),
      "8 for F32 [2]",
    ],
    [
      "a shape whose size overflows",
      safetensorsOf(header({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }), new Uint8Array(4)),
      "tensor a",
    ],
    [
      "an overflow that a 0 hides",
      safetensorsOf(header({ a: entry(0, 0, [2 ** 40, 2 ** 40, 0]) }), new Uint8Array()),
      "does not overflow",
    ],
    [
      "more dimensions than any tensor has",
      safetensorsOf(header({ a: entry(0, 4, Array<number>(65).fill(1)) }), new Uint8Array(4)),
      "a.shape",
    ],
    [
      "a name of megabytes",
      safetensorsOf(header({ ["n".repeat(5e6)]: entry(0, 4) }), new Uint8Array(4)),
      "a tensor name of 5000000 characters",
    ],
    [
      "the same key twice, far from its colon",
      safetensorsOf(
        `{"a"${" ".repeat(99)}:${header(entry(0, 4))},"\\u0061":${header(entry(0, 4))}}`,
        new Uint8Array(4),
      ),
      'the key "a" twice',
    ],
    ["a negative length", safetensorsOf(header({ a: entry(0, 4, [-1]) }), new Uint8Array(4)), "a.shape.0"],
    ["an unknown dtype", safetensorsOf(header({ a: entry(0, 4, [1], "F31") }), new Uint8Array(4)), "dtype F31"],
    [
      "a dtype from Object's prototype",
      safetensorsOf(header({ a: entry(0, 4, [1], "toString") }), new Uint8Array(4)),
      "dtype toString",
    ],
    [
      "a field that the format lacks",
      safetensorsOf(header({ a: { ...entry(0, 4), extra: 1 } }), new Uint8Array(4)),
      "extra",
    ],
    [
      "the same key twice",
      safetensorsOf(`{"a":${header(entry(0, 4))},"a":${header(entry(0, 4))}}`, new Uint8Array(4)),
      'the key "a" twice',
    ],
    [
      "metadata that is no map of strings",
      safetensorsOf(header({ __metadata__: { n: 1 } }), new Uint8Array()),
      "__metadata__",
    ],
  ])("%s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code: "SAFETENSORS_INVALID",
      message: expect.stringContaining(message) as string,
    });
  });

  test("arbitrary bytes and headers cause only catalogued errors", async () => {
    const named = async (bytes: Uint8Array) => {
      await read(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(RankscopeError));
    };
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), named), { numRuns: 300 });
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.uint8Array({ maxLength: 16 }), (json, data) => named(safetensorsOf(json, data))),
      { numRuns: 300 },
    );
  });

  test("a tensor named __proto__ is read like any other", async () => {
    const [tensor] = await read(safetensorsOf(`{"__proto__":${header(entry(0, 4))}}`, new Uint8Array(4)));
    expect(tensor?.name).toBe("__proto__");
  });
});
