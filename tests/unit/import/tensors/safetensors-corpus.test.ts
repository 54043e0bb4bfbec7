import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { withFile } from "#src/files/open-file.js";
import { readSafetensorsHeader } from "#src/import/tensors/read-safetensors-header.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

// Cases of the official library's tests for accepted and rejected files (safetensors/src/tensor.rs and attacks/), each rebuilt
// here from our own bytes with the result of this reader.

/** Returns a file whose length field is `says`, by default the length of the header. */
function file(header: string | Uint8Array, data = 0, says?: bigint): Buffer {
  const text = Buffer.from(header as Uint8Array);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(says ?? BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(data)]);
}

const tensor = (dtype: string, shape: string, from: number, to: number) =>
  `{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${from},${to}]}`;
/** A 3 x 2 tensor of float32: 24 bytes. */
const GOOD = `{"weight":${tensor("F32", "3,2", 0, 24)}}`;
const HUGE = 2n ** 62n;

async function read(bytes: Uint8Array) {
  const place = path.join(await temporaryFolder(), "a.safetensors");
  await writeFile(place, bytes);
  return withFile(
    place,
    "a.safetensors",
    async (opened) => (await readSafetensorsHeader(opened, "a.safetensors")).tensors,
  );
}

describe("taken", () => {
  test.each<[string, Buffer, readonly (readonly [string, string, readonly number[], number])[]]>([
    ["one tensor", file(GOOD, 24), [["weight", "F32", [3, 2], 24]]],
    ["no tensor", file("{}"), []],
    ["no tensor, padded", file("{}      "), []],
    ["metadata only", file('{"__metadata__":{"framework":"pt"}}'), []],
    ["metadata that is empty", file(`{"__metadata__":{},${GOOD.slice(1)}`, 24), [["weight", "F32", [3, 2], 24]]],
    ["a scalar", file(`{"s":${tensor("I32", "", 0, 4)}}`, 4), [["s", "I32", [], 4]]],
    ["a tensor without elements", file(`{"z":${tensor("I32", "2,0", 0, 0)}}`), [["z", "I32", [2, 0], 0]]],
    ["padding after the header", file(`${GOOD}${" ".repeat(7)}`, 24), [["weight", "F32", [3, 2], 24]]],
    [
      "tensors listed backwards",
      file(`{"b":${tensor("U8", "1", 1, 2)},"a":${tensor("U8", "1", 0, 1)}}`, 2),
      [
        ["a", "U8", [1], 1],
        ["b", "U8", [1], 1],
      ],
    ],
    ["two elements of 4 bits", file(`{"q":${tensor("F4", "2", 0, 1)}}`, 1), [["q", "F4", [2], 1]]],
  ])("%s", async (_, bytes, expected) => {
    const found = await read(bytes);
    expect(found.map(({ name, dtype, shape, length }) => [name, dtype, shape, length])).toEqual(expected);
  });
});

describe("refused", () => {
  test.each<[string, Buffer, string]>([
    ["nothing", Buffer.alloc(0), "received 0 bytes"],
    ["a file shorter than the length field", Buffer.alloc(7), "received 7 bytes"],
    ["a length field alone", file("", 0, 9n), "a header of 9 bytes in a file of 8"],
    ["an empty header", file(""), "does not begin with {"],
    ["a header longer than any may be", file(GOOD, 24, 100_000_001n), "a header of 100000001 bytes"],
    ["a length with its upper bytes set", file(GOOD, 24, 0xffffff000000003cn), "a header of 18446742974197923900"],
    ["a header that ends beyond the file", file(GOOD, 24, BigInt(GOOD.length + 25)), "at most"],
    ["a header that takes the data along", file(GOOD, 24, BigInt(GOOD.length + 24)), "not JSON"],
    ["a header that ends in the middle", file(GOOD, 24, BigInt(GOOD.length - 1)), "not JSON"],
    ["bytes that are not UTF-8", file(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])), "not UTF-8"],
    ["half a surrogate in UTF-8", file(Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d])), "not UTF-8"],
    ["a header that begins with spaces", file(`   ${GOOD}`, 24), "does not begin with {"],
    ["a header that begins with a byte order mark", file(`\uFEFF${GOOD}`, 24), "does not begin with {"],
    ["a header that begins with another bracket", file(`[${GOOD}]`, 24), "does not begin with {"],
    ["padding that is no white space", file(`${GOOD}\0\0`, 24), "not JSON"],
    ["a second value after the header", file(`${GOOD}{}`, 24), "not JSON"],
    ["comments", file(`{/**/${GOOD.slice(1)}`, 24), "not JSON"],
    ["a comma too many", file(`${GOOD.slice(0, -1)},}`, 24), "not JSON"],
    ["a key without quotes", file(`{weight:${tensor("U8", "1", 0, 1)}}`, 1), "not JSON"],
    ["bytes behind the data, as in a file of two formats", file(GOOD, 24 + 33), "where the last tensor ends"],
    ["two bytes too few", file(GOOD, 22), "where the last tensor ends"],
    ["no data at all", file(GOOD), "where the last tensor ends"],
    [
      "ten tensors of the same bytes",
      file(`{${Array.from({ length: 10 }, (__, i) => `"w${i}":${tensor("F32", "2,2", 0, 16)}`).join(",")}}`, 16),
      "to begin at byte 16",
    ],
    [
      "tensors that overlap by one byte",
      file(`{"a":${tensor("U8", "4", 0, 4)},"b":${tensor("U8", "4", 3, 7)}}`, 7),
      "tensor b; received bytes 3 to 7",
    ],
    [
      "a hole between tensors",
      file(`{"a":${tensor("U8", "4", 0, 4)},"b":${tensor("U8", "4", 5, 9)}}`, 9),
      "tensor b; received bytes 5 to 9",
    ],
    ["a hole before the first", file(`{"a":${tensor("U8", "4", 1, 5)}}`, 5), "to begin at byte 0"],
    ["an end before the beginning", file(`{"a":${tensor("U8", "0", 5, 2)}}`, 5), "bytes 5 to 2"],
    ["a tensor that ends beyond the file", file(`{"a":${tensor("U8", "999", 0, 999)}}`, 4), "where the last tensor"],
    ["fewer bytes than dtype and shape take", file(`{"a":${tensor("I32", "2,2", 0, 4)}}`, 4), "16 for I32 [2, 2]"],
    ["more bytes than dtype and shape take", file(`{"a":${tensor("I32", "2,2", 0, 20)}}`, 20), "16 for I32 [2, 2]"],
    ["bytes for a tensor without elements", file(`{"z":${tensor("I32", "2,0", 0, 4)}}`, 4), "0 for I32 [2, 0]"],
    ["a scalar without bytes", file(`{"s":${tensor("I32", "", 0, 0)}}`), "4 for I32 []"],
    ["half a byte", file(`{"q":${tensor("F4", "1", 0, 1)}}`, 1), "0.5 for F4 [1]"],
    ["a shape whose product overflows", file(`{"a":${tensor("I32", `2,${HUGE},4`, 0, 16)}}`, 16), "a.shape.1"],
    [
      "a shape whose bytes overflow, though its elements do not",
      file(`{"a":${tensor("F64", `${2 ** 52}`, 0, 16)}}`, 16),
      "does not overflow",
    ],
    [
      "offsets beyond all numbers",
      file(`{"a":${tensor("U8", "1", 0, 1).replace("0,1]", "1e400,1]")}}`, 1),
      "a.data_offsets",
    ],
    ["offsets below 0", file(`{"a":${tensor("U8", "1", -1, 0)}}`, 1), "a.data_offsets.0"],
    ["three offsets", file(`{"a":${tensor("U8", "1", 0, 1).replace("0,1]", "0,1,1]")}}`, 1), "a.data_offsets"],
    [
      "offsets that are text",
      file(`{"a":${tensor("U8", "1", 0, 1).replace("0,1]", '"0","1"]')}}`, 1),
      "a.data_offsets.0",
    ],
    ["a length below 0", file(`{"a":${tensor("U8", "-1", 0, 1)}}`, 1), "a.shape.0"],
    ["half an element", file(`{"a":${tensor("U8", "0.5", 0, 1)}}`, 1), "a.shape.0"],
    ["an element that is not a number", file(`{"a":${tensor("U8", "null", 0, 1)}}`, 1), "a.shape.0"],
    ["a dtype in lower case", file(`{"a":${tensor("f32", "1", 0, 4)}}`, 4), "dtype f32"],
    ["no dtype", file('{"a":{"shape":[1],"data_offsets":[0,1]}}', 1), "a.dtype"],
    ["no shape", file('{"a":{"dtype":"U8","data_offsets":[0,1]}}', 1), "a.shape"],
    ["a tensor that is a list", file('{"a":["U8",[1],[0,1]]}', 1), "a: "],
    ["a tensor that is null", file('{"a":null}'), "a: "],
    ["a name twice", file(`{"a":${tensor("U8", "1", 0, 1)},"a":${tensor("U8", "1", 0, 1)}}`, 1), 'the key "a" twice'],
    [
      "dtype twice in one tensor",
      file('{"a":{"dtype":"U8","dtype":"F64","shape":[1],"data_offsets":[0,8]}}', 8),
      'the key "dtype" twice',
    ],
    ["metadata that is text", file('{"__metadata__":"pt"}'), "__metadata__"],
    ["metadata of numbers", file('{"__metadata__":{"step":1}}'), "__metadata__"],
    ["metadata in metadata", file('{"__metadata__":{"a":{"b":"c"}}}'), "__metadata__"],
    ["a tensor called like its metadata", file(`{"__metadata__":${tensor("U8", "1", 0, 1)}}`, 1), "__metadata__"],
    ["brackets inside each other without end", file(`{"a":${"[".repeat(1_000_000)}`), "not JSON"],
    ["brackets inside each other", file(`{"a":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`), "levels deep"],
  ])("%s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code: "SAFETENSORS_INVALID",
      message: expect.stringContaining(message) as string,
    });
  });
});
