import { readTableText } from "../folder/read-bounded.js";
import { MAX_TABLE_ROWS } from "../limits.js";
import { readCsvTable, rowsOfCsv, withoutIncompleteRow } from "../tables/csv-records.js";
import { tableOfRows } from "../tables/results-table.js";
import { downloadedCurve, type DownloadedCurve } from "../tables/tensorboard-csv.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** Results tables as delimited text. The delimiter is detected, whatever the file's extension. */
export const CSV_TABLE = delimitedTable(".csv");
export const TSV_TABLE = delimitedTable(".tsv");

function delimitedTable(extension: string): ResultFormat<TableEvidence> {
  return {
    name: `${extension} table`,
    gives: ["table", "namedRun", "damage"],
    recognises: (fileName) => fileName.toLowerCase().endsWith(extension),
    async read({ path, where }) {
      const text = await readTableText(path, where);
      const complete = withoutIncompleteRow(text);
      const records = readCsvTable(complete, where, MAX_TABLE_ROWS + 1);
      const curve = downloadedCurve(records, where.slice(where.lastIndexOf("/") + 1));
      if (curve !== undefined) return evidenceOfCurve(curve);
      const table: TableEvidence = { kind: "table", table: tableOfRows(rowsOfCsv(records, where), where) };
      return complete === text ? [table] : [table, { kind: "damage", reason: "its last row is incomplete" }];
    },
  };
}

function evidenceOfCurve({ run, ...curve }: DownloadedCurve): TableEvidence[] {
  const named = {
    kind: "namedRun",
    name: run,
    outputFolder: null,
    source: "table",
    settings: [],
    metrics: [],
  } as const;
  return curve.steps.length === 0 ? [] : [{ ...named, curves: [curve] }];
}
