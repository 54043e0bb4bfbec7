import type { Cell } from "./table.js";

/** One line of CSV (RFC 4180: CRLF, quotes doubled); null is empty. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(field).join(",")}\r\n`;
}

function field(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return cell instanceof Date ? cell.toISOString() : String(cell);
  const text = harmless(cell);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/**
 * A text that a spreadsheet would run as a formula gets an apostrophe before it, which spreadsheets do not show (OWASP, CSV
 * Injection). Numbers are cells of their own type and stay as they are, the negative ones too.
 */
function harmless(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}
