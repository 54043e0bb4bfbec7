import { failure } from "../../errors.js";
import { withFile } from "../../files/open-file.js";
import type { BaseModelFile } from "../../model/base-models.js";
import { hashWeights } from "../tensors/hash-weights.js";

/**
 * Checks that the files of a registered model are unchanged. A file of another state (device, inode, size or modification time)
 * is hashed again: a copy with the same content is valid.
 *
 * @throws MODEL_FILES_CHANGED, FILE_UNREADABLE for a missing file, FILE_CHANGED; the signal's reason
 */
export async function checkBaseModel(files: readonly BaseModelFile[], signal?: AbortSignal): Promise<void> {
  for (const { name, path, size, hash, stamp } of files) {
    signal?.throwIfAborted();
    const now = await withFile(path, name, (opened) => Promise.resolve({ stamp: opened.stamp, size: opened.size }));
    if (now.stamp === stamp) continue;
    const allowed = `${size} bytes of SHA-256 ${hash}`;
    if (now.size !== size) {
      throw failure("MODEL_FILES_CHANGED", { where: name, received: `${now.size} bytes`, allowed });
    }
    const { file: found } = await hashWeights({ path, where: name, tensors: [], stamp: now.stamp }, { signal });
    if (found === hash) continue;
    throw failure("MODEL_FILES_CHANGED", { where: name, received: `${size} bytes of SHA-256 ${found}`, allowed });
  }
}
