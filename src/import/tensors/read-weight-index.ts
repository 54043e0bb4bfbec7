import { lstat } from "node:fs/promises";
import { z } from "zod";
import { failure } from "../../errors.js";
import { quoteText } from "../findings.js";
import { duplicateKey, parseJson } from "../json/parse-json.js";
import { MAX_WEIGHT_INDEX_BYTES } from "../limits.js";
import { readTextFile } from "../folder/read-bounded.js";

/** The shard of each tensor of a sharded adapter. */
export interface WeightIndex {
  /** Names of files beside the index, in alphabetical order. */
  readonly shards: readonly string[];
  /** Shard by tensor. */
  readonly shardOf: ReadonlyMap<string, string>;
}

/** Other members, such as metadata.total_size, are not needed. */
const Index = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * Reads an adapter_model.safetensors.index.json (or .bin.index.json) and checks that its shards are files beside it. In the
 * hub's cache, index and shards are links to blobs: a shard is the blob to which the link beside the index leads.
 *
 * @param file absolute path of the index, with links resolved
 * @param shardPath returns the absolute path of a shard
 * @throws WEIGHT_INDEX_INVALID, FILE_UNREADABLE, FILE_TOO_LARGE
 */
export async function readWeightIndex(
  file: string,
  where: string,
  shardPath: (shard: string) => string,
): Promise<WeightIndex> {
  const text = await readTextFile(file, where, MAX_WEIGHT_INDEX_BYTES);
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw failure("WEIGHT_INDEX_INVALID", { where, received: (cause as Error).message, allowed: "JSON", cause });
  }
  // JSON.parse keeps the last of two equal keys without an error.
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) throw invalid(where, `the key ${JSON.stringify(duplicate)} twice`, "each key once");
  const parsed = Index.safeParse(json);
  if (!parsed.success) throw invalid(where, "no weight_map of tensors to files", "weight_map");
  const shardOf = new Map(Object.entries(parsed.data.weight_map));
  const shards = [...new Set(shardOf.values())].sort();
  if (shards.length === 0) throw invalid(where, "an empty weight_map", "at least one tensor");
  for (const shard of shards) await requireShard(shard, where, shardPath);
  return { shards, shardOf };
}

async function requireShard(shard: string, where: string, shardPath: (shard: string) => string): Promise<void> {
  if (/[/\\\0]/.test(shard) || shard === "" || shard === "." || shard === "..") {
    throw invalid(where, `the shard ${JSON.stringify(shard)}`, "the name of a file beside the index");
  }
  // This check gives a better message. Links are refused when the shard is opened.
  const stats = await lstat(shardPath(shard)).catch(() => undefined);
  if (stats === undefined || !stats.isFile())
    throw invalid(where, `the shard ${shard}, which does not exist`, "a file");
}

function invalid(where: string, received: string, allowed: string): Error {
  return failure("WEIGHT_INDEX_INVALID", { where, received: quoteText(received), allowed });
}
