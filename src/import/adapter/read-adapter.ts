import { createHash } from "node:crypto";
import type {
  AdapterSettings,
  FactorsRecord,
  LayerRecord,
  TensorRecord,
  UncomparedTensor,
  WeightFileRecord,
} from "../../model/records.js";
import { hashWeights } from "../tensors/hash-weights.js";
import { listWeights, type ListedFile, type PathOf, type WeightSource } from "../tensors/list-weights.js";
import { layerName } from "./layer-name.js";
import { pairFactors, type FactorPair, type MatrixEntry } from "./pair-factors.js";
import { scalingOf } from "./scaling.js";

/** An adapter's weights, interpreted with its configuration. */
export interface Adapter {
  /** SHA-256 of its single file, or SHA-256 over the hashes of its shards. */
  readonly hash: string;
  readonly files: readonly WeightFileRecord[];
  readonly layers: readonly LayerRecord[];
  readonly factors: readonly FactorsRecord[];
  readonly uncompared: readonly UncomparedTensor[];
}

/**
 * Reads the layers that an adapter's weights adapt, the locations of their factors, and the hashes of files and tensors.
 *
 * @param pathOf returns the absolute path of a file of the study's folder
 * @throws the errors of listWeights, ADAPTER_TENSORS_INVALID, ADAPTER_TYPE_UNSUPPORTED, RANK_CONTRADICTS_CONFIG
 */
export async function readAdapter(pathOf: PathOf, source: WeightSource, settings: AdapterSettings): Promise<Adapter> {
  const listed = await listWeights(pathOf, source);
  const tensors = listed.flatMap((file) => file.tensors);
  const { pairs, uncompared } = pairFactors(tensors, settings, source.file);
  const { files, hashes } = await hashFiles(listed);
  return {
    hash: hashOf(files),
    files,
    layers: [...pairs].map(([name, pair]) => layerOf(name, pair)),
    factors: [...pairs].map(([layer, pair]) => factorsOf(layer, pair, hashes, settings)),
    uncompared,
  };
}

/** The hashes of a tensor and of its file. */
type TensorHashes = Pick<TensorRecord, "file" | "hash">;

async function hashFiles(
  listed: readonly ListedFile[],
): Promise<{ files: WeightFileRecord[]; hashes: Map<string, TensorHashes> }> {
  const files: WeightFileRecord[] = [];
  const hashes = new Map<string, TensorHashes>();
  for (const file of listed) {
    const { file: ofFile, tensors, size } = await hashWeights(file);
    files.push({ path: file.path, size, hash: ofFile });
    for (const [name, hash] of tensors) hashes.set(name, { file: ofFile, hash });
  }
  return { files, hashes };
}

function layerOf(name: string, { a, b }: FactorPair): LayerRecord {
  return { ...layerName(name), inFeatures: a.shape[1] ?? 0, outFeatures: b.shape[0] ?? 0 };
}

function factorsOf(
  layer: string,
  { a, b, form }: FactorPair,
  hashes: ReadonlyMap<string, TensorHashes>,
  settings: AdapterSettings,
): FactorsRecord {
  const [recordA, recordB] = [recordOf(a, hashes), recordOf(b, hashes)];
  const rank = a.shape[0] ?? 0;
  return {
    layer,
    rank,
    scaling: scalingOf(layer, rank, settings),
    transposed: form === "EMBEDDING" || settings.fanInFanOut,
    a: recordA,
    b: recordB,
    hash: contentHash([recordA, recordB]),
  };
}

function recordOf(entry: MatrixEntry, hashes: ReadonlyMap<string, TensorHashes>): TensorRecord {
  const found = hashes.get(entry.name);
  if (found === undefined) throw new Error(`the tensor ${entry.name} was not hashed`);
  return { ...entry, ...found };
}

/** SHA-256 over one line `dtype[shape]:hash` per tensor; `^T` follows the shape of a column-major one. */
function contentHash(tensors: readonly TensorRecord[]): string {
  const lines = tensors.map(
    ({ dtype, shape, columnMajor, hash }) => `${dtype}[${shape.join(",")}]${columnMajor ? "^T" : ""}:${hash}`,
  );
  return sha256(lines.join("\n"));
}

/** Hash of a single file, or SHA-256 over the hashes of the shards, one per line. */
function hashOf(files: readonly WeightFileRecord[]): string {
  const [first, ...more] = files;
  if (first !== undefined && more.length === 0) return first.hash;
  return sha256(files.map(({ hash }) => hash).join("\n"));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
