import path from "node:path";
import { failure } from "../../errors.js";
import { withFile } from "../../files/open-file.js";
import { MAX_WEIGHT_FILE_BYTES } from "../limits.js";
import { readSafetensorsHeader } from "./read-safetensors-header.js";
import type { TensorEntry } from "./tensor-entry.js";
import { readTorchTensors } from "./read-torch-tensors.js";
import { readWeightIndex, type WeightIndex } from "./read-weight-index.js";
import type { WeightSource } from "../formats/adapter-weights.js";

/** One weight file with what lies in it. */
export interface ListedFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to the study's folder, for messages. */
  readonly where: string;
  readonly tensors: readonly TensorEntry[];
  /** The file's state when its tensors were listed. */
  readonly stamp: string;
}

/**
 * Lists the tensors of an adapter: of its one file, or of its shards, which hold exactly the tensors that the index says.
 *
 * @param root the study's folder, absolute
 * @throws SAFETENSORS_INVALID, TORCH_FILE_INVALID, TORCH_FILE_NOT_ALLOWED, TORCH_FILE_UNSUPPORTED, WEIGHT_INDEX_INVALID,
 * FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function listWeights(root: string, { file, form, isIndex }: WeightSource): Promise<ListedFile[]> {
  const list = form === "safetensors" ? readSafetensorsHeader : readTorchTensors;
  const one = async (where: string): Promise<ListedFile> => {
    const place = path.join(root, where);
    return withFile(place, where, async (opened) => {
      if (opened.size > MAX_WEIGHT_FILE_BYTES) {
        const allowed = `${MAX_WEIGHT_FILE_BYTES} bytes`;
        throw failure("FILE_TOO_LARGE", { where, received: `${opened.size} bytes`, allowed });
      }
      return { path: place, where, tensors: await list(opened, where), stamp: opened.stamp };
    });
  };
  if (!isIndex) return [await one(file)];
  const index = await readWeightIndex(path.join(root, file), file);
  const shards: ListedFile[] = [];
  for (const shard of index.shards) shards.push(await one(path.posix.join(path.posix.dirname(file), shard)));
  checkIndex(index, shards, file);
  return shards;
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
  const [[name, shard] = []] = missing;
  if (name === undefined) return;
  const received = `the tensor ${name}, which is not in ${shard}`;
  throw failure("WEIGHT_INDEX_INVALID", { where, received, allowed: "tensors that are in their shards" });
}
