import { createHash } from "node:crypto";
import { failure } from "../errors.js";
import { layerName } from "./layer-name.js";
import type { AdapterSettings, FactorsRecord, LayerRecord, TensorRecord, WeightFileRecord } from "./records.js";
import { readSafetensorsHeader, type TensorEntry } from "./safetensors.js";
import { configuredRank, scalingOf } from "./scaling.js";
import { READABLE_DTYPES } from "./tensor-values.js";
import { hashWeights } from "./weight-hashes.js";

/** A weight file's content, put together with its configuration. */
export interface Adapter {
  readonly file: WeightFileRecord;
  readonly layers: readonly LayerRecord[];
  readonly factors: readonly FactorsRecord[];
  /** Tensors that are no adapter factors: biases, modules_to_save. They are not compared. */
  readonly others: readonly string[];
}

/**
 * Reads which layers an adapter_model.safetensors adapts, where their factors lie, and the hashes of it all.
 *
 * @throws SAFETENSORS_INVALID, ADAPTER_TENSORS_INVALID, ADAPTER_TYPE_UNSUPPORTED, RANK_CONTRADICTS_CONFIG, FILE_UNREADABLE
 */
export async function readAdapter(path: string, where: string, settings: AdapterSettings): Promise<Adapter> {
  const entries = await readSafetensorsHeader(path, where);
  const { pairs, others } = pairUp(entries, where);
  for (const [name, pair] of pairs) checkPair(name, pair, settings, where);
  const hashes = await hashWeights(path, where, entries);
  const record = (entry: TensorEntry): TensorRecord => ({ ...entry, hash: hashes.tensors.get(entry.name) ?? "" });
  const factors = [...pairs].map(([layer, { a, b }]): FactorsRecord => {
    const rank = a.shape[0] ?? 0;
    const [recordA, recordB] = [record(a), record(b)];
    return {
      layer,
      rank,
      scaling: scalingOf(layer, rank, settings),
      a: recordA,
      b: recordB,
      hash: contentHash(recordA, recordB),
    };
  });
  const layers = [...pairs].map(([name, { a, b }]): LayerRecord => {
    return { ...layerName(name), inFeatures: a.shape[1] ?? 0, outFeatures: b.shape[0] ?? 0 };
  });
  return { file: { path, size: hashes.size, hash: hashes.file }, layers, factors, others };
}

interface Pair {
  readonly a: TensorEntry;
  readonly b: TensorEntry;
}

/** `<module>.lora_A.weight`, or with the adapter's name: `<module>.lora_A.default.weight`. */
const FACTOR_KEY = /^(?<module>.+)\.lora_(?<side>[AB])(?:\.[^.]+)?\.weight$/;
/** DoRA's magnitudes; the directions B A are comparable without them. */
const MAGNITUDE_KEY = /\.lora_magnitude_vector(\.[^.]+)?(\.weight)?$/;
/** Forms whose update is not scaling * B * A. */
const UNSUPPORTED_KEY = /\.lora_(E|embedding_[AB])(\.|$)/;

function pairUp(entries: readonly TensorEntry[], where: string): { pairs: Map<string, Pair>; others: string[] } {
  const sides = new Map<string, { a?: TensorEntry; b?: TensorEntry }>();
  const others: string[] = [];
  for (const entry of entries) {
    if (UNSUPPORTED_KEY.test(entry.name)) {
      throw failure("ADAPTER_TYPE_UNSUPPORTED", {
        where,
        received: `the tensor ${entry.name}`,
        allowed: "lora_A and lora_B of linear layers",
      });
    }
    const groups = FACTOR_KEY.exec(entry.name)?.groups;
    if (groups === undefined) {
      if (!MAGNITUDE_KEY.test(entry.name)) others.push(entry.name);
      continue;
    }
    const module = (groups["module"] ?? "").replace(/^base_model\.model\./, "");
    const side = groups["side"] === "A" ? "a" : "b";
    const pair = sides.get(module) ?? {};
    if (pair[side] !== undefined) {
      throw invalid(where, `both ${pair[side].name} and ${entry.name}`, "one adapter in one file");
    }
    sides.set(module, { ...pair, [side]: entry });
  }
  const pairs = new Map<string, Pair>();
  for (const [module, { a, b }] of sides) {
    if (a === undefined || b === undefined)
      throw invalid(where, `lora_${a ? "A" : "B"} of ${module} alone`, "both lora_A and lora_B");
    pairs.set(module, { a, b });
  }
  if (pairs.size === 0) throw invalid(where, "no lora_A and lora_B tensors", "at least one pair");
  return { pairs, others };
}

function checkPair(module: string, { a, b }: Pair, settings: AdapterSettings, where: string): void {
  const [shapeA, shapeB] = [a.shape.join(" x "), b.shape.join(" x ")];
  if (a.shape.length !== 2 || b.shape.length !== 2) {
    throw invalid(
      where,
      `lora_A ${shapeA} and lora_B ${shapeB} of ${module}`,
      "two dimensions each (convolutions are not supported)",
    );
  }
  if (a.shape[0] !== b.shape[1]) {
    throw invalid(where, `lora_A ${shapeA} and lora_B ${shapeB} of ${module}`, "A: r x in and B: out x r of one r");
  }
  for (const { name, dtype } of [a, b]) {
    if (!READABLE_DTYPES.includes(dtype)) throw invalid(where, `dtype ${dtype} of ${name}`, READABLE_DTYPES.join(", "));
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

/** SHA-256 over `dtype[shape]:hash` of A, a line feed, and the same of B. */
function contentHash(a: TensorRecord, b: TensorRecord): string {
  const text = [a, b].map(({ dtype, shape, hash }) => `${dtype}[${shape.join(",")}]:${hash}`).join("\n");
  return createHash("sha256").update(text).digest("hex");
}

function invalid(where: string, received: string, allowed: string): Error {
  return failure("ADAPTER_TENSORS_INVALID", { where, received, allowed });
}
