import { failure } from "../../errors.js";
import { MAX_QUOTED_COLUMNS, MAX_TABLE_ROWS } from "../limits.js";
import type { ResultTable } from "./result-row.js";
import { resultRows } from "./result-rows.js";
import { rowsOfValue } from "./rows-of-value.js";
import type { TableRow } from "./table-row.js";

/** The content of one table file. */
export type ResultsTable =
  /** One row per run. */
  | ({ readonly kind: "rows" } & ResultTable)
  /** Figures computed from runs, such as a table by rank or a notebook's conclusions. Rankscope computes them itself. */
  | { readonly kind: "summary"; readonly content: string }
  | { readonly kind: "unknown"; readonly reason: string };

/**
 * Interprets a value read from JSON or a pickle.
 *
 * @param notATable reason to give if the value is not a table
 * @throws TABLE_INVALID
 */
export function tableOfValue(value: unknown, where: string, notATable: string): ResultsTable {
  const rows = rowsOfValue(value, where);
  if (rows !== undefined) return tableOfRows(rows, where);
  // A dict pickled beside result tables is a notebook's summary. A JSON object can be any configuration.
  if (value instanceof Map) return { kind: "summary", content: `a dict of ${quoteNames(value.keys())}` };
  return { kind: "unknown", reason: notATable };
}

/**
 * Interprets rows by their columns.
 *
 * @throws TABLE_INVALID
 */
export function tableOfRows(table: readonly TableRow[], where: string): ResultsTable {
  if (table.length > MAX_TABLE_ROWS) {
    throw failure("TABLE_INVALID", { where, received: `${table.length} rows`, allowed: `${MAX_TABLE_ROWS}` });
  }
  const results = resultRows(table, where);
  if (results !== undefined) return { kind: "rows", ...results };
  const [first] = table;
  if (first === undefined) return { kind: "unknown", reason: "The table has no rows." };
  const columns = `a table of ${quoteNames(first.cells.keys())} that names no runs`;
  if (hasNumbers(first)) return { kind: "summary", content: columns };
  return { kind: "unknown", reason: `It is ${columns}.` };
}

/** A table of text only, such as examples of a data set, was not computed from runs. */
function hasNumbers({ cells }: TableRow): boolean {
  return [...cells.values()].some(
    (cell) => typeof cell === "number" || (typeof cell === "string" && /\d/.test(cell) && !Number.isNaN(Number(cell))),
  );
}

function quoteNames(names: Iterable<unknown>): string {
  const all = [...names].map(String);
  const more = all.length > MAX_QUOTED_COLUMNS ? ` and ${all.length - MAX_QUOTED_COLUMNS} more` : "";
  return all.slice(0, MAX_QUOTED_COLUMNS).join(", ") + more;
}
