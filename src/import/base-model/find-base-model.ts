import { realpath } from "node:fs/promises";
import path from "node:path";
import { failure } from "../../errors.js";
import { contains } from "../../files/paths.js";
import { withoutOtherSnapshots } from "../folder/hub-snapshots.js";
import { listFiles } from "../folder/list-files.js";
import { pathsBelow } from "../tensors/list-weights.js";
import type { BaseModelFolder } from "./read-base-model.js";

/** A base model's folder on this machine, and the name of its model. */
export interface FoundBaseModel extends BaseModelFolder {
  /** `org/name` for a repository of the hub's cache, else the folder's name. */
  readonly name: string;
  /** The folder itself: absolute, with links resolved. */
  readonly absolute: string;
}

export interface FindOptions {
  /** Name of the folder in messages. */
  readonly where: string;
  /** Branch, tag or commit of a repository in the hub's cache; undefined for the one that `refs/main` names. */
  readonly revision?: string | undefined;
  /** Folder that must contain the model, absolute, with links resolved; undefined for no such limit. */
  readonly within?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Path of one revision in the hub's cache. Its files are links to the repository's blobs. */
const SNAPSHOT = /^(?<repository>.*[\\/]models--[^\\/]+)[\\/]snapshots[\\/](?<commit>[^\\/]+)$/;
const REPOSITORY = /[\\/]models--(?<name>[^\\/]+)$/;

/**
 * Finds the files of a base model: in the folder itself, or in one revision of a repository in the hub's cache.
 *
 * @throws FOLDER_NOT_FOUND, HUB_REPOSITORY_MISSING, MODEL_CONFIG_INVALID for a repository without a model, and the errors of
 * listFiles
 */
export async function findBaseModel(
  folder: string,
  { where, revision, within, signal }: FindOptions,
): Promise<FoundBaseModel> {
  const resolved = await realpath(folder).catch((cause: unknown) => {
    throw failure("FOLDER_NOT_FOUND", { where, cause });
  });
  if (within !== undefined && !contains(within, resolved)) {
    throw failure("FOLDER_NOT_FOUND", { where, received: "a link to a folder elsewhere" });
  }
  const snapshot = SNAPSHOT.exec(resolved)?.groups;
  const root = snapshot?.["repository"] ?? resolved;
  const listed = await listFiles(root, where, signal);
  const pathOf = (file: string) => pathsBelow(root)(listed.followed.get(file) ?? file);
  const repository = REPOSITORY.exec(root)?.groups?.["name"]?.replaceAll("--", "/");
  if (repository === undefined) {
    const names = listed.files.filter((file) => !file.includes("/"));
    return { name: path.basename(root), absolute: root, folder: ".", names, pathOf };
  }
  const wanted = { revision: snapshot?.["commit"] ?? revision, where };
  const files = await withoutOtherSnapshots(listed.files, pathOf, wanted);
  const folders = files.flatMap((file) => /^(snapshots\/[^/]+)\/config\.json$/.exec(file)?.[1] ?? []);
  const [only] = folders;
  if (only === undefined || folders.length > 1) {
    const received = `${folders.length} revisions with a config.json`;
    throw failure("MODEL_CONFIG_INVALID", { where, received, allowed: "one revision: hf://org/name@revision" });
  }
  const names = files.filter((file) => path.posix.dirname(file) === only).map((file) => path.posix.basename(file));
  return { name: repository, absolute: path.join(root, only), folder: only, names, pathOf };
}
