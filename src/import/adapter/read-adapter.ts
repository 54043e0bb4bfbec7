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
import type { TensorEntry } from "../tensors/tensor-entry.js";
import { layerName } from "./layer-name.js";
import { pairFactors, type FactorPair } from "./pair-factors.js";
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
  const { files, records } = await hashFiles(listed);
  return {
    hash: hashOf(files),
    files,
    layers: [...pairs].map(([name, pair]) => layerOf(name, pair)),
    factors: [...pairs].map(([layer, pair]) => factorsOf(layer, pair, records, settings)),
    uncompared,
  };
}

async function hashFiles(
  listed: readonly ListedFile[],
): Promise<{ files: WeightFileRecord[]; records: Map<TensorEntry, TensorRecord> }> {
  const files: WeightFileRecord[] = [];
  const records = new Map<TensorEntry, TensorRecord>();
  for (const file of listed) {
    const hashes = await hashWeights(file);
    files.push({ path: file.path, size: hashes.size, hash: hashes.file });
    for (const tensor of file.tensors) {
      const hash = hashes.tensors.get(tensor.name) ?? "";
      records.set(tensor, { ...tensor, file: hashes.file, hash });
    }
  }
  return { files, records };
}

function layerOf(name: string, { a, b, form }: FactorPair): LayerRecord {
  const columnsOfA = a.shape[1] ?? 0;
  const rowsOfB = b.shape[0] ?? 0;
  // A and B of a transposed pair are B^T and A^T of the layer.
  return form === "TRANSPOSED"
    ? { ...layerName(name), inFeatures: rowsOfB, outFeatures: columnsOfA }
    : { ...layerName(name), inFeatures: columnsOfA, outFeatures: rowsOfB };
}

function factorsOf(
  layer: string,
  { a, b, form }: FactorPair,
  records: ReadonlyMap<TensorEntry, TensorRecord>,
  settings: AdapterSettings,
): FactorsRecord {
  const recordA = records.get(a);
  const recordB = records.get(b);
  if (recordA === undefined || recordB === undefined) throw new Error(`the factors of ${layer} were not hashed`);
  const rank = a.shape[0] ?? 0;
  return {
    layer,
    rank,
    scaling: scalingOf(layer, rank, settings),
    transposed: form !== "LINEAR" || settings.fanInFanOut,
    a: recordA,
    b: recordB,
    hash: contentHash([recordA, recordB]),
  };
}

/** SHA-256 over one line `dtype[shape]:hash` per tensor. */
function contentHash(tensors: readonly TensorRecord[]): string {
  const lines = tensors.map(({ dtype, shape, hash }) => `${dtype}[${shape.join(",")}]:${hash}`);
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
