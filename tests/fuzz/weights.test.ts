import fc from "fast-check";
import { expect } from "vitest";
import { withFile } from "#src/files/open-file.js";
import { readSafetensorsHeader } from "#src/import/tensors/read-safetensors-header.js";
import { DTYPES, tensorBytes } from "#src/import/tensors/tensor-entry.js";
import { readTorchTensors } from "#src/import/tensors/read-torch-tensors.js";
import { safetensorsOf } from "../support/adapter-files.js";
import { fuzz, readOrRefused } from "../support/fuzz.js";
import { mutated, mutatedJson } from "../support/mutations.js";
import { speltDict, speltTensor, torchEntries, zipOf } from "../support/torch-files.js";

const safetensorsAt = (file: string) =>
  withFile(file, "w", async (opened) => (await readSafetensorsHeader(opened, "w")).tensors);
const torchAt = (file: string) => withFile(file, "w", (opened) => readTorchTensors(opened, "w"));

/** What any reading must say of tensors, whatever the file claims: they lie in the file, one after the other. */
function requireInside(tensors: readonly { offset: number; length: number }[] | undefined, size: number): void {
  for (const { offset, length } of tensors ?? []) {
    expect(Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0).toBe(true);
    expect(offset + length).toBeLessThanOrEqual(size);
  }
}

const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20, unit: "binary" }),
  fc.constantFrom("__proto__", "constructor", "toString", "a.lora_A.weight", "\uFEFF", "é😀"),
);
const shape = fc.array(fc.nat(3), { maxLength: 4 });
const whole = fc.constantFrom(...DTYPES.filter((dtype) => Number.isInteger(tensorBytes(dtype, [1]) ?? 0.5)));
const tensors = fc.uniqueArray(fc.record({ name, shape, dtype: whole }), {
  maxLength: 6,
  selector: (tensor) => tensor.name,
});

/** A header by hand: JSON.stringify of an object would lose a tensor called __proto__. */
function fileOf(list: readonly { name: string; shape: number[]; dtype: string }[]): Buffer {
  let end = 0;
  const entries = list.map(({ name: key, shape: dimensions, dtype }) => {
    const from = end;
    end += tensorBytes(dtype, dimensions) ?? 0;
    return `${JSON.stringify(key)}:${JSON.stringify({ dtype, shape: dimensions, data_offsets: [from, end] })}`;
  });
  return safetensorsOf(`{${entries.join(",")}}`, new Uint8Array(end));
}

fuzz("safetensors: what was written is read", tensors, async (list, file) => {
  const bytes = fileOf(list);
  const read = await safetensorsAt(await file(bytes));
  const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
  expect(read.map(({ name: key, shape: dims, dtype }) => ({ name: key, shape: dims, dtype })).sort(byName)).toEqual(
    [...list].sort(byName),
  );
  requireInside(read, bytes.length);
});

fuzz("safetensors: bytes that were changed are read or refused", mutated(tensors.map(fileOf)), async (bytes, file) => {
  const place = await file(bytes);
  requireInside(await readOrRefused(() => safetensorsAt(place)), bytes.length);
});

const header = tensors.map(
  (list) => JSON.parse(fileOf(list).subarray(8).toString().replace(/\0*$/, "")) as Record<string, unknown>,
);
fuzz(
  "safetensors: headers that say odd things are read or refused",
  fc.tuple(mutatedJson(header), fc.uint8Array({ maxLength: 64 })),
  async ([json, data], file) => {
    const bytes = safetensorsOf(json, data);
    const place = await file(bytes);
    requireInside(await readOrRefused(() => safetensorsAt(place)), bytes.length);
  },
);

const TYPES = [
  ["torch\nFloatStorage", 4],
  ["torch\nHalfStorage", 2],
  ["torch\nDoubleStorage", 8],
  ["torch\nByteStorage", 1],
] as const;
const torchFile = fc.array(fc.record({ type: fc.constantFrom(...TYPES), rows: fc.nat(4), columns: fc.nat(4) }), {
  maxLength: 4,
});
function torchOf(list: readonly { type: (typeof TYPES)[number]; rows: number; columns: number }[]): Buffer {
  const spelt = list.map(({ type: [type], rows, columns }, i) => [
    `t${i}`,
    speltTensor({
      storage: String(i),
      type,
      elements: rows * columns,
      shape: [rows, columns],
      stride: [columns, 1],
    }),
  ]);
  const storages = list.map(({ type: [, width], rows, columns }, i) => [i, new Uint8Array(width * rows * columns)]);
  const values = Object.fromEntries(spelt) as Record<string, string>;
  return zipOf(torchEntries(speltDict(values), Object.fromEntries(storages) as Record<string, Uint8Array>));
}

fuzz("PyTorch files: what was written is read", torchFile, async (list, file) => {
  const bytes = torchOf(list);
  const read = await torchAt(await file(bytes));
  expect(read.map(({ name: key, shape: dims }) => [key, ...dims]).sort()).toEqual(
    list.map(({ rows, columns }, i) => [`t${i}`, rows, columns]).sort(),
  );
  requireInside(read, bytes.length);
});

fuzz(
  "PyTorch files: bytes that were changed are read or refused",
  mutated(torchFile.map(torchOf)),
  async (bytes, file) => {
    const place = await file(bytes);
    requireInside(await readOrRefused(() => torchAt(place)), bytes.length);
  },
);

const pickleOnly = mutated(fc.constant(Buffer.from(speltDict({ a: speltTensor(), b: speltTensor() }), "latin1")));
fuzz("PyTorch files: pickles that were changed are read or refused", pickleOnly, async (pickle, file) => {
  const bytes = zipOf(torchEntries(pickle.toString("latin1"), { 0: new Uint8Array(12) }));
  const place = await file(bytes);
  requireInside(await readOrRefused(() => torchAt(place)), bytes.length);
});
