import { createHash } from "node:crypto";
import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RankscopeError } from "#src/errors.js";
import { readAdapter } from "#src/import/adapter/read-adapter.js";
import { readAdapterConfig } from "#src/import/formats/adapter-config.js";
import { listWeights, pathsBelow } from "#src/import/tensors/list-weights.js";
import { hashWeights } from "#src/import/tensors/hash-weights.js";
import { adapterConfig, factorTensors, float32, safetensors, writeFiles } from "../../../support/adapter-files.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { speltDict, speltTensor, torchEntries, zipOf } from "../../../support/torch-files.js";

const SHARDED = { file: "run/adapter_model.safetensors.index.json", form: "safetensors", isIndex: true } as const;

/** Writes an adapter of two layers, one per shard, and its index. */
async function sharded() {
  const entries = Object.entries(factorTensors(2));
  const shards = [entries.slice(0, 2), entries.slice(2)].map((tensors) => Object.fromEntries(tensors));
  const names = ["one.safetensors", "two.safetensors"];
  const map = shards.flatMap((tensors, i) => Object.keys(tensors).map((key) => [key, names[i]]));
  const index = JSON.stringify({ metadata: { total_size: 1 }, weight_map: Object.fromEntries(map) as unknown });
  const bytes = shards.map((tensors) => safetensors(tensors));
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    ...Object.fromEntries(names.map((name, i) => [`run/${name}`, bytes[i] ?? ""])),
    [SHARDED.file]: index,
    "adapter_config.json": adapterConfig(),
  });
  return { folder, index, bytes };
}

describe("a sharded adapter", () => {
  test("is one adapter whose tensors name their files", async () => {
    const { folder, bytes } = await sharded();
    const { settings } = await readAdapterConfig(path.join(folder, "adapter_config.json"), "config");
    const { hash, files, factors } = await readAdapter(pathsBelow(folder), SHARDED, settings);
    const hashes = bytes.map((shard) => createHash("sha256").update(shard).digest("hex"));
    expect(files.map((file) => file.hash)).toEqual(hashes);
    expect(hash).toBe(createHash("sha256").update(hashes.join("\n")).digest("hex"));
    expect(factors.map(({ a, b }) => [a.file, b.file])).toEqual(hashes.map((own) => [own, own]));
  });

  test("is rejected, with the file named, if its index is truncated at any byte", async () => {
    const { folder, index } = await sharded();
    for (let length = 0; length < index.length; length++) {
      await writeFile(path.join(folder, SHARDED.file), index.slice(0, length));
      await expect(listWeights(pathsBelow(folder), SHARDED), `cut at ${length}`).rejects.toMatchObject({
        code: "WEIGHT_INDEX_INVALID",
      });
    }
  });

  test("is rejected, with the shard named, if a shard is truncated at any byte", async () => {
    const { folder, bytes } = await sharded();
    const [, second = Buffer.alloc(0)] = bytes;
    for (let length = 0; length < second.length; length++) {
      await writeFile(path.join(folder, "run/two.safetensors"), second.subarray(0, length));
      await expect(listWeights(pathsBelow(folder), SHARDED), `cut at ${length}`).rejects.toMatchObject({
        code: "SAFETENSORS_INVALID",
        message: expect.stringContaining("run/two.safetensors") as string,
      });
    }
  });

  test("cannot reference files outside its folder by name or link", async () => {
    const { folder } = await sharded();
    await writeFiles(folder, { "secret.safetensors": safetensors(factorTensors(1)) });
    await symlink(path.join(folder, "secret.safetensors"), path.join(folder, "run/link.safetensors"));
    const absolute = path.join(folder, "secret.safetensors");
    for (const shard of ["../secret.safetensors", absolute, "link.safetensors", "..", ".", "", "a\0b", "..\\x"]) {
      await writeFile(path.join(folder, SHARDED.file), JSON.stringify({ weight_map: { t: shard } }));
      await expect(listWeights(pathsBelow(folder), SHARDED), shard).rejects.toMatchObject({
        code: "WEIGHT_INDEX_INVALID",
      });
    }
  });

  test("is read or rejected with a catalogued error for any content of its index", async () => {
    const { folder } = await sharded();
    const map = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.constant("one.safetensors"), fc.jsonValue()));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          map.map((weights) => JSON.stringify({ weight_map: weights })),
        ),
        async (text) => {
          await writeFile(path.join(folder, SHARDED.file), text);
          await listWeights(pathsBelow(folder), SHARDED).catch((error: unknown) =>
            expect(error).toBeInstanceOf(RankscopeError),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("tied tensors of a PyTorch file have the same hash, and gaps between tensors are not hashed", async () => {
  const file = path.join(await temporaryFolder(), "adapter_model.bin");
  const values = float32([1, 2, 3]);
  const pickle = speltDict({
    a: speltTensor(),
    b: speltTensor(),
    c: speltTensor({ storage: "1", shape: [1], offset: 2 }),
  });
  await writeFile(file, zipOf(torchEntries(pickle, { 0: values, 1: values })));
  const [listed] = await listWeights(pathsBelow(path.dirname(file)), {
    file: path.basename(file),
    form: "torch",
    isIndex: false,
  });
  if (listed === undefined) throw new Error("nothing was listed");
  const { tensors } = await hashWeights(listed);
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  expect(Object.fromEntries(tensors)).toEqual({
    a: sha256(values),
    b: sha256(values),
    c: sha256(values.subarray(8)),
  });
});
