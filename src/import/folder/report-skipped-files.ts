import path from "node:path";
import { countOf } from "../../model/count-of.js";
import { quoteNames, type Findings } from "../findings.js";
import type { ListedFiles } from "./list-files.js";

/**
 * Adds findings for what was not read, one per kind with its count.
 *
 * @param others files in no known format
 */
export function reportSkippedFiles(
  { links, linksOut, special, unreadable }: ListedFiles,
  others: readonly string[],
  findings: Findings,
): void {
  for (const [extension, names] of byExtension(others)) {
    const advice = ADVICE.get(extension);
    const message = `${countOf(names.length, "file")} (${extension}) ${names.length === 1 ? "was" : "were"} not read: ${quoteNames(names)}`;
    if (advice === undefined) findings.add("info", "NOT_UNDERSTOOD", "", message);
    else findings.add("warning", "NOT_UNDERSTOOD", "", `${message}. ${advice}`);
  }
  for (const folder of unreadable) {
    findings.add("error", "FILE_UNREADABLE", folder, "The folder cannot be listed. Check its permissions.");
  }
  if (links.length > 0) {
    const message = `${countOf(links.length, "symbolic link was not followed, because its target is read at its own path", "symbolic links were not followed, because their targets are read at their own paths")}: ${quoteNames(links)}`;
    findings.add("warning", "LINK_SKIPPED", "", message);
  }
  if (linksOut.length > 0) {
    const message = `${countOf(linksOut.length, "symbolic link that leads out of the folder, or nowhere, was", "symbolic links that lead out of the folder, or nowhere, were")} refused: ${quoteNames(linksOut)}`;
    findings.add("warning", "LINK_REFUSED", "", message);
  }
  if (special.length > 0) {
    const message = `${special.length} pipes, sockets or devices were not opened: ${quoteNames(special)}`;
    findings.add("warning", "SPECIAL_FILE_REFUSED", "", message);
  }
}

/** How results in files that are not read can be imported, by extension. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ...[".xlsx", ".xlsm", ".xls", ".ods"].map(
    (extension) => [extension, "If it has results, save each sheet as CSV, and import again."] as const,
  ),
  [".parquet", "If it has results, save it as CSV, or its predictions as predictions.jsonl, and import again."],
]);

function byExtension(files: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const extension = path.posix.extname(file).toLowerCase() || "no extension";
    const group = groups.get(extension) ?? [];
    group.push(file);
    groups.set(extension, group);
  }
  return groups;
}
