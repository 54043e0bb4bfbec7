import type { PathOf } from "../tensors/list-weights.js";
import type { ClassifiedFiles, DescribingFile } from "./classify-files.js";

/**
 * Gives each file whose content decides its format to one format. If the run format finds evidence in it, it is a description of
 * a run, else a table. A file that the run format cannot read is left to the table format too, which reports the reason.
 */
export async function decideByContent(
  classified: ClassifiedFiles,
  pathOf: PathOf,
  signal: AbortSignal | undefined,
): Promise<ClassifiedFiles> {
  const isTable = new Set(classified.tables.map(({ file }) => file));
  const descriptions: DescribingFile[] = [];
  const decided = new Set<string>();
  for (const description of classified.descriptions) {
    signal?.throwIfAborted();
    const { file, format } = description;
    if (format.decidesByContent !== true || !isTable.has(file)) {
      descriptions.push(description);
      continue;
    }
    const evidence = await format.read({ path: pathOf(file), where: file }).catch(() => []);
    if (evidence.length === 0) continue;
    descriptions.push({ ...description, evidence });
    decided.add(file);
  }
  const tables = classified.tables.filter(({ file, format }) => format.sharesFiles === true || !decided.has(file));
  return { ...classified, descriptions, tables };
}
