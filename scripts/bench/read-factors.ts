// `tsx scripts/bench/read-factors.ts FOLDER [ROUNDS]`: bytes of adapter factors read per second through a WeightStore,
// each tensor checked against its SHA-256, against `cat` of the same files to nowhere. The two take turns, so that both
// meet the same machine, and the ratio is of their medians.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { hash } from "node:crypto";
import { readSafetensorsHeader, type TensorEntry } from "#src/import/safetensors.js";
import { hashWeights } from "#src/import/weight-hashes.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import type { WeightFile, WeightStore } from "#src/weights/weight-store.js";

/** Tensors read at once: the next ones are read while one is hashed. */
const READS_AT_ONCE = 16;
const MEGABYTE = 1e6;

interface Tensor extends TensorEntry {
  readonly file: WeightFile;
  readonly hash: string;
}

const [folder, rounds = "9"] = process.argv.slice(2);
if (folder === undefined || !(Number(rounds) >= 1)) {
  console.error("usage: tsx scripts/bench/read-factors.ts FOLDER [ROUNDS]");
  process.exit(2);
}

const directory = await mkdtemp(join(tmpdir(), "rankscope-bench-"));
const store = await openWeightStore({ kind: "directory", directory });
try {
  const tensors = await keepTensorsBelow(resolve(folder), store);
  const files = [...new Map(tensors.map(({ file }) => [file.hash, file])).values()];
  if (files.length === 0) throw new Error(`no adapter_model.safetensors below ${folder}`);
  const kept = files.map(({ hash: name }) => join(directory, name.slice(0, 2), name));
  const bytes = tensors.reduce((sum, { length }) => sum + length, 0);
  const catBytes = files.reduce((sum, { size }) => sum + size, 0);
  const ways = {
    store: { bytes, seconds: [] as number[], run: () => readAll(store, tensors) },
    cat: { bytes: catBytes, seconds: [] as number[], run: () => cat(kept) },
  };
  // The first turn of each fills the caches of the system and the compiler.
  for (let round = 0; round <= Number(rounds); round++) {
    for (const way of Object.values(ways)) {
      const start = performance.now();
      await way.run();
      if (round > 0) way.seconds.push((performance.now() - start) / 1000);
    }
  }
  const rates = Object.fromEntries(
    Object.entries(ways).map(([name, way]) => [name, way.bytes / median(way.seconds) / MEGABYTE]),
  );
  const { store: storeRate = NaN, cat: catRate = NaN } = rates;
  console.log(
    `${tensors.length} tensors of ${files.length} files, ${(bytes / MEGABYTE).toFixed(1)} MB, ${rounds} rounds`,
  );
  console.log(`weight store, SHA-256 checked: ${storeRate.toFixed(0)} MB/s`);
  console.log(`cat:                           ${catRate.toFixed(0)} MB/s`);
  console.log(`ratio:                         ${(storeRate / catRate).toFixed(2)}`);
} finally {
  await store.close();
  await rm(directory, { recursive: true });
}

async function keepTensorsBelow(root: string, into: WeightStore): Promise<Tensor[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const tensors = new Map<string, Tensor[]>();
  for (const entry of found.filter(({ name }) => name === "adapter_model.safetensors")) {
    const path = join(entry.parentPath, entry.name);
    const header = await readSafetensorsHeader(path, path);
    const hashes = await hashWeights(path, path, header);
    const file = { hash: hashes.file, size: hashes.size, path };
    await into.keep(file);
    tensors.set(
      file.hash,
      header.map((tensor) => ({ ...tensor, file, hash: hashes.tensors.get(tensor.name) ?? "" })),
    );
  }
  return [...tensors.values()].flat();
}

async function readAll(from: WeightStore, tensors: readonly Tensor[]): Promise<void> {
  const ahead = tensors.values();
  const readSome = async () => {
    for (const { file, offset, length, hash: expected } of ahead) {
      const bytes = await from.read(file, offset, length);
      if (hash("sha256", bytes, "hex") !== expected) throw new Error(`${file.path} changed`);
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

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? NaN)) / 2
  );
}
