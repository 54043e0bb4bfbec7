import path from "node:path";
import { failure } from "../../errors.js";
import { readCsvTable } from "../formats/csv-table.js";
import { rowsOfValue, type TableRow } from "./rows-of-value.js";
import { MAX_TABLE_BYTES, MAX_TABLE_ROWS } from "../limits.js";
import { readPickle } from "../pickle/read-pickle.js";
import { readBounded } from "../folder/read-bounded.js";
import { resultRows, type ResultRow } from "./result-rows.js";
import { parseTolerantJson } from "../json/parse-python-json.js";

/** Column names quoted to say what a summary holds. */
const QUOTED_COLUMNS = 8;

export type ResultsTable =
  /** One row a run. */
  | { readonly kind: "rows"; readonly rows: readonly ResultRow[] }
  /** Figures that were computed from runs (a table by rank, a notebook's conclusions), which are derived anew here. */
  | { readonly kind: "summary"; readonly what: string }
  | { readonly kind: "unknown"; readonly why: string };

/**
 * Reads a results table by its ending: `.csv` or `.tsv`, `.json` (also with Python's NaN), `.pkl` or `.pickle`.
 * @param file its path; `where` is what messages call it
 * @throws FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED, TABLE_INVALID, PICKLE_INVALID, PICKLE_NOT_ALLOWED
 */
export async function readResultsTable(file: string, where: string): Promise<ResultsTable> {
  const bytes = await readBounded(file, where, MAX_TABLE_BYTES);
  switch (path.extname(file).toLowerCase()) {
    case ".csv":
    case ".tsv":
      return tableOfRows(rowsOfCsv(utf8(bytes, where), where), where);
    case ".json":
      return tableOfValue(jsonOf(utf8(bytes, where), where), where, "the JSON is no table");
    case ".pkl":
    case ".pickle":
      return tableOfValue(readPickle(bytes, where), where, "the pickle is no table");
    default:
      return { kind: "unknown", why: "the file's ending is none of .csv, .tsv, .json, .pkl, .pickle" };
  }
}

function tableOfValue(value: unknown, where: string, why: string): ResultsTable {
  const rows = rowsOfValue(value, where);
  if (rows !== undefined) return tableOfRows(rows, where);
  // A dict that somebody pickled beside their tables is a notebook's summary; a JSON object can be any configuration.
  return value instanceof Map
    ? { kind: "summary", what: `a dict of ${quoted(value.keys())}` }
    : { kind: "unknown", why };
}

function tableOfRows(table: readonly TableRow[], where: string): ResultsTable {
  if (table.length > MAX_TABLE_ROWS)
    throw failure("TABLE_INVALID", { where, received: `${table.length} rows`, allowed: `${MAX_TABLE_ROWS}` });
  const rows = resultRows(table, where);
  if (rows !== undefined) return { kind: "rows", rows };
  const [first] = table;
  if (first === undefined) return { kind: "unknown", why: "the table has no rows" };
  const what = `a table of ${quoted(first.cells.keys())}, which names no runs`;
  return holdsFigures(first) ? { kind: "summary", what } : { kind: "unknown", why: what };
}

/** Text only, such as a data set's examples, is nothing that was computed from runs. */
function holdsFigures({ cells }: TableRow): boolean {
  return [...cells.values()].some(
    (cell) => typeof cell === "number" || (typeof cell === "string" && /\d/.test(cell) && !Number.isNaN(Number(cell))),
  );
}

function rowsOfCsv(text: string, where: string): TableRow[] {
  const [header = [], ...records] = readCsvTable(text, where, MAX_TABLE_ROWS + 1);
  const twice = header.find((name, i) => name !== "" && header.indexOf(name) !== i);
  if (twice !== undefined) throw failure("TABLE_INVALID", { where, received: `two columns ${twice}` });
  return records.map((record) => ({ key: null, cells: new Map(header.map((name, i) => [name, record[i]])) }));
}

function jsonOf(text: string, where: string): unknown {
  try {
    return parseTolerantJson(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw failure("TABLE_INVALID", {
      where,
      received: `no JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    });
  }
}

function utf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw failure("TABLE_INVALID", { where, received: "bytes that are not UTF-8 text", cause });
  }
}

function quoted(names: Iterable<unknown>): string {
  const all = [...names].map(String);
  const more = all.length > QUOTED_COLUMNS ? ` and ${all.length - QUOTED_COLUMNS} more` : "";
  return all.slice(0, QUOTED_COLUMNS).join(", ") + more;
}
