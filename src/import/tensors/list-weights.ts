import path from "node:path";
import { failure } from "../../errors.js";
import { withFile } from "../../files/open-file.js";
import { MAX_WEIGHT_FILE_BYTES } from "../limits.js";
import { readSafetensorsHeader } from "./read-safetensors-header.js";
import { readTorchTensors } from "./read-torch-tensors.js";
import { readWeightIndex, type WeightIndex } from "./read-weight-index.js";
import type { TensorEntry } from "./tensor-entry.js";

/** The file from which an adapter's weights are read. */
export interface WeightSource {
  /** Relative to the study's folder. */
  readonly file: string;
  readonly form: "safetensors" | "torch";
  /** Whether the file is the index of a sharded adapter. */
  readonly isIndex: boolean;
}

/** Returns the absolute path of a file, which is given relative to the study's folder. */
export type PathOf = (where: string) => string;

/** Returns the function that gives the path of each file in a folder without links. */
export function pathsBelow(root: string): PathOf {
  return (where) => path.join(root, where);
}

/** One weight file and its tensors. */
export interface ListedFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to the study's folder, for messages. */
  readonly where: string;
  readonly tensors: readonly TensorEntry[];
  /** State of the file when its tensors were listed. */
  readonly stamp: string;
}

/**
 * Lists the tensors of an adapter's single file, or of its shards, which must hold exactly the tensors of the index.
 *
 * @param pathOf returns the absolute path of a file of the study's folder
 * @throws SAFETENSORS_INVALID, TORCH_FILE_INVALID, TORCH_FILE_NOT_ALLOWED, TORCH_FILE_UNSUPPORTED, WEIGHT_INDEX_INVALID,
 * FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function listWeights(pathOf: PathOf, { file, form, isIndex }: WeightSource): Promise<ListedFile[]> {
  if (!isIndex) return [await listFile(pathOf(file), file, form)];
  const folder = path.posix.dirname(file);
  const index = await readWeightIndex(pathOf(file), file, (shard) => pathOf(path.posix.join(folder, shard)));
  const shards: ListedFile[] = [];
  for (const shard of index.shards) {
    const where = path.posix.join(folder, shard);
    shards.push(await listFile(pathOf(where), where, form));
  }
  checkIndex(index, shards, file);
  return shards;
}

async function listFile(filePath: string, where: string, form: WeightSource["form"]): Promise<ListedFile> {
  return withFile(filePath, where, async (opened) => {
    if (opened.size > MAX_WEIGHT_FILE_BYTES) {
      const allowed = `${MAX_WEIGHT_FILE_BYTES} bytes`;
      throw failure("FILE_TOO_LARGE", { where, received: `${opened.size} bytes`, allowed });
    }
    const tensors =
      form === "safetensors"
        ? (await readSafetensorsHeader(opened, where)).tensors
        : await readTorchTensors(opened, where);
    return { path: filePath, where, tensors, stamp: opened.stamp };
  });
}

function checkIndex({ shardOf }: WeightIndex, shards: readonly ListedFile[], where: string): void {
  const missing = new Map(shardOf);
  for (const shard of shards) {
    for (const { name } of shard.tensors) {
      const mapped = shardOf.get(name);
      if (mapped !== path.posix.basename(shard.where)) {
        throw failure("WEIGHT_INDEX_INVALID", {
          where,
          received: `the tensor ${name} in ${shard.where}`,
          allowed: mapped === undefined ? "tensors that weight_map names" : `${mapped}, as weight_map says`,
        });
      }
      missing.delete(name);
    }
  }
  const [first] = missing;
  if (first === undefined) return;
  const [name, shard] = first;
  const received = `the tensor ${name}, which is not in ${shard}`;
  throw failure("WEIGHT_INDEX_INVALID", { where, received, allowed: "tensors that are in their shards" });
}
