import path from "node:path";
import { TABLE_FORMATS } from "#src/import/formats/result-formats.js";
import type { ResultsTable } from "#src/import/tables/results-table.js";

/** Reads one table with the format that matches its name, as an import does. */
export async function readResultsTable(file: string, where: string): Promise<ResultsTable> {
  const format = TABLE_FORMATS.find(({ recognises }) => recognises(path.basename(file), where));
  const [evidence] = (await format?.read({ path: file, where })) ?? [];
  if (evidence?.kind !== "table") throw new Error(`no format recognises ${file}`);
  return evidence.table;
}
