import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listWeights, pathsBelow } from "#src/import/tensors/list-weights.js";
import type { TensorEntry } from "#src/import/tensors/tensor-entry.js";
import { tensorValues } from "#src/import/tensors/tensor-values.js";
import { hashWeights } from "#src/import/tensors/hash-weights.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import type { WeightFile, WeightStore } from "#src/model/weight-store.js";
import { median, print } from "./print.js";

/** Number of concurrent reads: the next tensors are read while one is hashed. */
const CONCURRENT_READS = 16;
const ROUNDS = 9;
const MEGABYTE = 1e6;

interface Tensor extends TensorEntry {
  readonly file: WeightFile;
  readonly hash: string;
  readonly columnMajor: false;
}

/**
 * (e) Measures the rate at which a weight store reads, verifies (SHA-256) and decodes adapter factors, compared with `cat` of
 * the same files to /dev/null. The two alternate, so that other work on the machine affects both alike.
 */
export async function benchReading(folder: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "rankscope-bench-"));
  const store = await openWeightStore({ kind: "directory", directory });
  try {
    const tensors = await storeTensorsBelow(folder, store);
    const files = [...new Map(tensors.map(({ file }) => [file.hash, file])).values()];
    const kept = files.map(({ hash: name }) => join(directory, name.slice(0, 2), name));
    const bytes = tensors.reduce((sum, { length }) => sum + length, 0);
    const methods = {
      store: { bytes, seconds: [] as number[], run: () => readAll(store, tensors) },
      cat: { bytes: files.reduce((sum, { size }) => sum + size, 0), seconds: [] as number[], run: () => cat(kept) },
    };
    // Round 0 warms up the page cache and the compiler and is not counted.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const method of Object.values(methods)) {
        const start = performance.now();
        await method.run();
        if (round > 0) method.seconds.push((performance.now() - start) / 1000);
      }
    }
    const rate = (method: (typeof methods)["cat"]) => method.bytes / median(method.seconds) / MEGABYTE;
    print(
      "(e) Reading factors",
      `${tensors.length} tensors, ${(bytes / MEGABYTE).toFixed(1)} MB; medians of ${ROUNDS}`,
      [
        ["weight store, verified and decoded", `${rate(methods.store).toFixed(0)} MB/s`, ""],
        ["cat", `${rate(methods.cat).toFixed(0)} MB/s`, `${(rate(methods.cat) / rate(methods.store)).toFixed(2)} x`],
      ],
    );
  } finally {
    await store.close();
    await rm(directory, { recursive: true });
  }
}

/** Copies all adapters below `root` into the store and returns their tensors. */
async function storeTensorsBelow(root: string, store: WeightStore): Promise<Tensor[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const tensors = new Map<string, Tensor[]>();
  for (const entry of found.filter(({ name }) => name === "adapter_model.safetensors")) {
    const path = await realpath(join(entry.parentPath, entry.name));
    const weights = { file: entry.name, form: "safetensors", isIndex: false } as const;
    const [listed] = await listWeights(pathsBelow(dirname(path)), weights);
    if (listed === undefined) continue;
    const hashes = await hashWeights(listed);
    const file = { hash: hashes.file, size: hashes.size, path };
    await store.keep(file);
    tensors.set(
      file.hash,
      listed.tensors.map((tensor) => ({
        ...tensor,
        columnMajor: false,
        file,
        hash: hashes.tensors.get(tensor.name) ?? "",
      })),
    );
  }
  return [...tensors.values()].flat();
}

async function readAll(store: WeightStore, tensors: readonly Tensor[]): Promise<void> {
  const remaining = tensors.values();
  const readRemaining = async () => {
    for (const tensor of remaining) {
      tensorValues(await store.read(tensor.file, tensor.offset, tensor.length), tensor, tensor.file.path);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, readRemaining));
}

async function cat(paths: readonly string[]): Promise<void> {
  const devNull = await open("/dev/null", "w");
  try {
    const child = spawn("cat", paths, { stdio: ["ignore", devNull.fd, "inherit"] });
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0) throw new Error(`cat exited with code ${code}`);
  } finally {
    await devNull.close();
  }
}
