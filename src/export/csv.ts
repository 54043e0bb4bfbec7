import type { Cell, Table } from "./table.js";

/** Returns the table as CSV (RFC 4180) with a header, one batch of rows at a time. */
export async function* csvChunks({ columns, rows }: Table): AsyncGenerator<string> {
  yield csvLine(columns.map(({ name }) => name));
  for await (const batch of rows) {
    if (batch.length > 0) yield batch.map((row) => csvLine(row)).join("");
  }
}

/** Returns one line of CSV: it ends with CRLF, quotes are doubled, and null is an empty field. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(field).join(",")}\r\n`;
}

function field(cell: Cell): string {
  if (cell === null) return "";
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell !== "string") return String(cell);
  const text = withoutFormula(cell);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** Characters that begin a formula, and their full-width forms, which spreadsheets accept in East Asian locales. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/**
 * Prefixes text that a spreadsheet would run as a formula with an apostrophe, which spreadsheets do not show (OWASP, CSV
 * Injection). Numbers, including negative ones, are unchanged.
 */
function withoutFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
