import { realpath } from "node:fs/promises";
import { failure } from "../../errors.js";
import { describeErrno } from "../../files/describe-errno.js";
import { withFile } from "../../files/open-file.js";
import type { EvaluationSetRecord } from "../../model/evaluation-sets.js";
import { summarizeEvaluationSet } from "./read-evaluation-set.js";

/** An evaluation set's file without the name and the studies that a person gives it. */
export type DescribedEvaluationSet = Omit<EvaluationSetRecord, "name" | "ownDataOf">;

/**
 * Reads an evaluation set once: its content hash and its sizes. Nothing is copied.
 *
 * @param path absolute; links are followed once, here
 * @param where name of the file in messages
 * @throws EVALUATION_SET_INVALID, FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function describeEvaluationSet(path: string, where: string): Promise<DescribedEvaluationSet> {
  const resolved = await realpath(path).catch((cause: NodeJS.ErrnoException) => {
    throw failure("FILE_UNREADABLE", { where, received: describeErrno(cause), cause });
  });
  const { size, stamp } = await stateOf(resolved, where);
  const { hash, items, kinds, characters, givenTokens } = await summarizeEvaluationSet(resolved, where);
  return { path: resolved, size, stamp, hash, items, kinds, characters, givenTokens };
}

/**
 * Checks that the file of a registered set still has its items. A file of another state (device, inode, size or modification
 * time) is read again: a copy with the same items is valid.
 *
 * @throws EVALUATION_SET_CHANGED, EVALUATION_SET_INVALID, FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export async function checkEvaluationSet(
  { path, stamp, hash }: Pick<EvaluationSetRecord, "path" | "stamp" | "hash">,
  where: string,
): Promise<void> {
  if ((await stateOf(path, where)).stamp === stamp) return;
  const { hash: found } = await summarizeEvaluationSet(path, where);
  if (found === hash) return;
  throw failure("EVALUATION_SET_CHANGED", {
    where,
    received: `items of SHA-256 ${found}`,
    allowed: `items of SHA-256 ${hash}`,
  });
}

function stateOf(path: string, where: string): Promise<{ readonly size: number; readonly stamp: string }> {
  return withFile(path, where, ({ size, stamp }) => Promise.resolve({ size, stamp }));
}
