import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listWeights } from "#src/import/tensors/list-weights.js";
import type { TensorEntry } from "#src/import/tensors/tensor-entry.js";
import { tensorValues } from "#src/import/tensors/tensor-values.js";
import { hashWeights } from "#src/import/tensors/hash-weights.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import type { WeightFile, WeightStore } from "#src/model/weight-store.js";
import { median, print } from "./print.js";

/** Tensors read at once: the next ones are read while one is hashed. */
const READS_AT_ONCE = 16;
const ROUNDS = 9;
const MEGABYTE = 1e6;

interface Tensor extends TensorEntry {
  readonly file: WeightFile;
  readonly hash: string;
}

/**
 * (e) Bytes of adapter factors read per second through a weight store, each tensor checked against its SHA-256 and decoded,
 * against `cat` of the same files to nowhere. The two take turns, so that both meet the same machine.
 */
export async function benchReading(folder: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "rankscope-bench-"));
  const store = await openWeightStore({ kind: "directory", directory });
  try {
    const tensors = await keepTensorsBelow(folder, store);
    const files = [...new Map(tensors.map(({ file }) => [file.hash, file])).values()];
    const kept = files.map(({ hash: name }) => join(directory, name.slice(0, 2), name));
    const bytes = tensors.reduce((sum, { length }) => sum + length, 0);
    const ways = {
      store: { bytes, seconds: [] as number[], run: () => readAll(store, tensors) },
      cat: { bytes: files.reduce((sum, { size }) => sum + size, 0), seconds: [] as number[], run: () => cat(kept) },
    };
    // The first turn of each fills the caches of the system and the compiler.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const way of Object.values(ways)) {
        const start = performance.now();
        await way.run();
        if (round > 0) way.seconds.push((performance.now() - start) / 1000);
      }
    }
    const rate = (way: (typeof ways)["cat"]) => way.bytes / median(way.seconds) / MEGABYTE;
    print(
      "(e) Reading factors",
      `${tensors.length} tensors, ${(bytes / MEGABYTE).toFixed(1)} MB; medians of ${ROUNDS}`,
      [
        ["weight store, checked and decoded", `${rate(ways.store).toFixed(0)} MB/s`, ""],
        ["cat", `${rate(ways.cat).toFixed(0)} MB/s`, `${(rate(ways.cat) / rate(ways.store)).toFixed(2)} x`],
      ],
    );
  } finally {
    await store.close();
    await rm(directory, { recursive: true });
  }
}

async function keepTensorsBelow(root: string, into: WeightStore): Promise<Tensor[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const tensors = new Map<string, Tensor[]>();
  for (const entry of found.filter(({ name }) => name === "adapter_model.safetensors")) {
    const path = await realpath(join(entry.parentPath, entry.name));
    const weights = { file: entry.name, form: "safetensors", isIndex: false } as const;
    const [listed] = await listWeights(dirname(path), weights);
    if (listed === undefined) continue;
    const hashes = await hashWeights(listed);
    const file = { hash: hashes.file, size: hashes.size, path };
    await into.keep(file);
    tensors.set(
      file.hash,
      listed.tensors.map((tensor) => ({ ...tensor, file, hash: hashes.tensors.get(tensor.name) ?? "" })),
    );
  }
  return [...tensors.values()].flat();
}

async function readAll(from: WeightStore, tensors: readonly Tensor[]): Promise<void> {
  const ahead = tensors.values();
  const readSome = async () => {
    for (const tensor of ahead) {
      tensorValues(await from.read(tensor.file, tensor.offset, tensor.length), tensor, tensor.file.path);
    }
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, readSome));
}

async function cat(paths: readonly string[]): Promise<void> {
  const nowhere = await open("/dev/null", "w");
  try {
    const child = spawn("cat", paths, { stdio: ["ignore", nowhere.fd, "inherit"] });
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0) throw new Error(`cat ended with ${code}`);
  } finally {
    await nowhere.close();
  }
}
