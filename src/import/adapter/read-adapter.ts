import { createHash } from "node:crypto";
import { failure } from "../../errors.js";
import { layerName } from "./layer-name.js";
import { MAX_TENSOR_BYTES } from "../limits.js";
import { listWeights, type ListedFile } from "../tensors/list-weights.js";
import type {
  AdapterSettings,
  FactorsRecord,
  LayerRecord,
  TensorRecord,
  UncomparedTensor,
  WeightFileRecord,
} from "../../model/records.js";
import { configuredRank, scalingOf } from "./scaling.js";
import type { TensorEntry } from "../tensors/tensor-entry.js";
import { tensorKey } from "./tensor-key.js";
import { READABLE_DTYPES } from "../tensors/tensor-values.js";
import { hashWeights } from "../tensors/hash-weights.js";
import type { WeightSource } from "../formats/adapter-weights.js";

/** An adapter's weights, put together with its configuration. */
export interface Adapter {
  /** Of its single file, or SHA-256 over its shards' hashes. */
  readonly hash: string;
  readonly files: readonly WeightFileRecord[];
  readonly layers: readonly LayerRecord[];
  readonly factors: readonly FactorsRecord[];
  readonly uncompared: readonly UncomparedTensor[];
}

/**
 * Reads which layers an adapter's weights adapt, where their factors lie, and the hashes of it all.
 *
 * @param root the study's folder, absolute
 * @throws what listWeights throws, ADAPTER_TENSORS_INVALID, ADAPTER_TYPE_UNSUPPORTED, RANK_CONTRADICTS_CONFIG
 */
export async function readAdapter(root: string, source: WeightSource, settings: AdapterSettings): Promise<Adapter> {
  const where = source.file;
  const listed = await listWeights(root, source);
  const { pairs, uncompared } = pairUp(listed, settings, where);
  for (const [name, pair] of pairs) checkPair(name, pair, settings, where);
  const records = new Map<TensorEntry, TensorRecord>();
  const files: WeightFileRecord[] = [];
  for (const file of listed) {
    const hashes = await hashWeights(file);
    files.push({ path: file.path, size: hashes.size, hash: hashes.file });
    for (const tensor of file.tensors) {
      records.set(tensor, { ...tensor, file: hashes.file, hash: hashes.tensors.get(tensor.name) ?? "" });
    }
  }
  return {
    hash: hashOf(files),
    files,
    layers: [...pairs].map(([name, { a, b }]): LayerRecord => {
      return { ...layerName(name), inFeatures: a.shape[1] ?? 0, outFeatures: b.shape[0] ?? 0 };
    }),
    factors: [...pairs].map(([layer, pair]) => factorsOf(layer, pair, records, settings)),
    uncompared,
  };
}

interface Pair {
  readonly a: TensorEntry;
  readonly b: TensorEntry;
  readonly isEmbedding: boolean;
}

function pairUp(
  files: readonly ListedFile[],
  { modulesToSave }: AdapterSettings,
  where: string,
): { pairs: Map<string, Pair>; uncompared: UncomparedTensor[] } {
  const sides = new Map<string, { a?: TensorEntry; b?: TensorEntry; isEmbedding: boolean }>();
  const uncompared: UncomparedTensor[] = [];
  const named = new Map<string | null, TensorEntry>();
  for (const entry of files.flatMap(({ tensors }) => tensors)) {
    const key = tensorKey(entry.name, modulesToSave);
    if (key.kind === "UNSUPPORTED") {
      const allowed = "lora_A and lora_B of linear layers and embeddings";
      throw failure("ADAPTER_TYPE_UNSUPPORTED", { where, received: `the tensor ${entry.name}`, allowed });
    }
    if (key.kind !== "FACTOR") {
      uncompared.push({ name: entry.name, dtype: entry.dtype, shape: entry.shape, kind: key.kind });
      continue;
    }
    const { module, side, isEmbedding, adapter } = key;
    const pair = sides.get(module) ?? { isEmbedding };
    const other = pair[side] ?? [...named].find(([name]) => name !== adapter)?.[1];
    if (other !== undefined || pair.isEmbedding !== isEmbedding) {
      throw invalid(where, `both ${other?.name ?? `lora_A and lora_embedding_A of ${module}`} and ${entry.name}`, ONE);
    }
    named.set(adapter, entry);
    sides.set(module, { ...pair, [side]: entry });
  }
  const pairs = new Map<string, Pair>();
  for (const [module, { a, b, isEmbedding }] of sides) {
    if (a === undefined || b === undefined)
      throw invalid(where, `lora_${a ? "A" : "B"} of ${module} alone`, "both lora_A and lora_B");
    pairs.set(module, { a, b, isEmbedding });
  }
  if (pairs.size === 0) throw invalid(where, "no lora_A and lora_B tensors", "at least one pair");
  return { pairs, uncompared };
}

const ONE = "one adapter in one file";

function checkPair(module: string, { a, b }: Pair, settings: AdapterSettings, where: string): void {
  const [shapeA, shapeB] = [a.shape.join(" x "), b.shape.join(" x ")];
  const received = `lora_A ${shapeA} and lora_B ${shapeB} of ${module}`;
  if (a.shape.length < 2 || b.shape.length < 2 || a.shape.includes(0) || b.shape.includes(0)) {
    throw invalid(
      where,
      received,
      "whole factors (DeepSpeed ZeRO-3 and FSDP leave such tensors where the shards were not gathered before saving)",
    );
  }
  if (a.shape.length !== 2 || b.shape.length !== 2) {
    throw invalid(where, received, "two dimensions each (convolutions and packed experts are not supported)");
  }
  if (a.shape[0] !== b.shape[1]) throw invalid(where, received, "A: r x in and B: out x r of one r");
  for (const { name, dtype, length } of [a, b]) {
    if (!READABLE_DTYPES.includes(dtype)) throw invalid(where, `dtype ${dtype} of ${name}`, READABLE_DTYPES.join(", "));
    if (length > MAX_TENSOR_BYTES) {
      const allowed = `${MAX_TENSOR_BYTES} bytes a tensor`;
      throw failure("FILE_TOO_LARGE", { where: `${where}, tensor ${name}`, received: `${length} bytes`, allowed });
    }
  }
  const expected = configuredRank(module, settings);
  if (a.shape[0] !== expected) {
    throw failure("RANK_CONTRADICTS_CONFIG", {
      where: `${where}, ${module}`,
      received: `rank ${a.shape[0]}`,
      allowed: `rank ${expected}`,
    });
  }
}

function factorsOf(
  layer: string,
  { a, b, isEmbedding }: Pair,
  records: ReadonlyMap<TensorEntry, TensorRecord>,
  settings: AdapterSettings,
): FactorsRecord {
  const [recordA, recordB] = [records.get(a), records.get(b)];
  if (recordA === undefined || recordB === undefined) throw new Error(`the factors of ${layer} were not hashed`);
  const rank = a.shape[0] ?? 0;
  return {
    layer,
    rank,
    scaling: scalingOf(layer, rank, settings),
    transposed: isEmbedding || settings.fanInFanOut,
    a: recordA,
    b: recordB,
    hash: contentHash(recordA, recordB),
  };
}

/** SHA-256 over `dtype[shape]:hash` of A, a line feed, and the same of B. */
function contentHash(a: TensorRecord, b: TensorRecord): string {
  const text = [a, b].map(({ dtype, shape, hash }) => `${dtype}[${shape.join(",")}]:${hash}`).join("\n");
  return createHash("sha256").update(text).digest("hex");
}

/** A single file's own hash, or SHA-256 over the hashes of the shards, one a line. */
function hashOf(files: readonly WeightFileRecord[]): string {
  const [first, ...more] = files;
  if (first !== undefined && more.length === 0) return first.hash;
  return createHash("sha256")
    .update(files.map(({ hash }) => hash).join("\n"))
    .digest("hex");
}

function invalid(where: string, received: string, allowed: string): Error {
  return failure("ADAPTER_TENSORS_INVALID", { where, received, allowed });
}
