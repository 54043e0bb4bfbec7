import { parse } from "csv-parse/sync";
import { failure } from "../../errors.js";
import { MAX_CSV_CELLS, MAX_CSV_HEADER_CHARACTERS, MAX_CSV_RECORD_CHARACTERS } from "../limits.js";
import { withOneHeader } from "./header-rows.js";
import type { TableRow } from "./table-row.js";

/**
 * Returns the text without a last row that a program is still writing: it has no line end, and fewer cells than the header or a
 * number without its digits.
 */
export function withoutIncompleteRow(text: string): string {
  const end = text.trimEnd().lastIndexOf("\n");
  if (/\n\s*$/.test(text) || end === -1) return text;
  const delimiter = delimiterOf(text);
  const cellsOf = (line: string) => line.split(delimiter).length;
  const last = text.slice(end + 1);
  const header = text.slice(0, text.indexOf("\n"));
  const isCut = /\d(?:\.|e[+-]?)$/i.test(last.trim()) || (!last.includes('"') && cellsOf(last) < cellsOf(header));
  return isCut ? text.slice(0, end + 1) : text;
}

/** Returns the rows of delimited text, by the names of its header. @throws TABLE_INVALID for two columns of one name */
export function rowsOfCsv(table: readonly (readonly string[])[], where: string): TableRow[] {
  const [header = [], ...records] = withOneHeader(table);
  const duplicate = header.find((name, i) => name !== "" && header.indexOf(name) !== i);
  if (duplicate !== undefined) throw failure("TABLE_INVALID", { where, received: `two columns ${duplicate}` });
  return records.map((record) => ({ key: null, cells: new Map(header.map((name, i) => [name, record[i]])) }));
}

/**
 * Returns the cells of a CSV text, header first, without the white space around them. The delimiter is the comma, semicolon
 * or tab, whichever the header has most of. Byte order marks, quoted cells and empty lines are handled.
 *
 * @param maxRecords maximum number of records, with the header
 * @throws TABLE_INVALID, also if a row has more or fewer cells than the header
 */
export function readCsvTable(text: string, where: string, maxRecords: number): string[][] {
  const delimiter = delimiterOf(text);
  requireCellCount(text, delimiter, where);
  const records = parseRecords(text, delimiter, where, maxRecords + 1);
  if (records.length <= maxRecords) return records;
  throw failure("TABLE_INVALID", { where, received: "more rows", allowed: `${maxRecords} with the header` });
}

function parseRecords(text: string, delimiter: string, where: string, to: number): string[][] {
  try {
    return parse(text, {
      bom: true,
      delimiter,
      trim: true,
      skip_empty_lines: true,
      to,
      max_record_size: MAX_CSV_RECORD_CHARACTERS,
    });
  } catch (cause) {
    throw failure("TABLE_INVALID", { where, received: cause instanceof Error ? cause.message : String(cause), cause });
  }
}

function delimiterOf(text: string): string {
  const start = text.slice(0, MAX_CSV_HEADER_CHARACTERS);
  const withoutQuoted = start.replace(/"(?:[^"]|"")*"/g, "").trimStart();
  const [header = ""] = withoutQuoted.split(/[\r\n]/, 1);
  const count = (delimiter: string): number => header.split(delimiter).length;
  return [",", ";", "\t"].reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** Counts cells before they are parsed into memory. Delimiters inside quotes are counted too. */
function requireCellCount(text: string, delimiter: string, where: string): void {
  let cells = 1;
  for (let at = text.indexOf(delimiter); at !== -1; at = text.indexOf(delimiter, at + 1)) cells += 1;
  if (cells <= MAX_CSV_CELLS) return;
  throw failure("TABLE_INVALID", { where, received: `${cells} cells`, allowed: `${MAX_CSV_CELLS}` });
}
