import { failure } from "../errors.js";
import type { WeightFile } from "../model/weight-store.js";

/** @throws WEIGHTS_CHANGED unless what was read of `file` is what was imported */
export function checkContent(file: WeightFile, read: { readonly hash: string; readonly size: number }): void {
  if (read.size === file.size && read.hash === file.hash) return;
  throw failure("WEIGHTS_CHANGED", {
    where: file.path,
    received: `${read.size} bytes of SHA-256 ${read.hash}`,
    allowed: `the ${file.size} bytes of SHA-256 ${file.hash} imported`,
  });
}
