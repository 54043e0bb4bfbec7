import { parse } from "csv-parse/sync";
import { failure } from "../../errors.js";
import { MAX_CSV_CELLS, MAX_CSV_RECORD_CHARACTERS } from "../limits.js";

/** Where the header is looked for to tell the separator; a thousand columns take some 20,000 characters. */
const HEADER_CHARACTERS = 2 ** 16;

/**
 * The cells of a CSV text, header first, white space around them removed. Separators are commas, semicolons or tabs,
 * whichever the header has most of; a byte order mark, quoted cells and empty lines are understood.
 * @param maxRecords more than this many records are TABLE_INVALID
 * @throws TABLE_INVALID, also where a row has more or fewer cells than the header
 */
export function readCsvTable(text: string, where: string, maxRecords: number): string[][] {
  const separator = separatorOf(text);
  requireCellCount(text, separator, where);
  let records: string[][];
  try {
    records = parse(text, {
      bom: true,
      delimiter: separator,
      trim: true,
      skip_empty_lines: true,
      to: maxRecords + 1,
      max_record_size: MAX_CSV_RECORD_CHARACTERS,
    });
  } catch (cause) {
    throw failure("TABLE_INVALID", { where, received: cause instanceof Error ? cause.message : String(cause), cause });
  }
  if (records.length > maxRecords)
    throw failure("TABLE_INVALID", { where, received: "more rows", allowed: `${maxRecords} with the header` });
  return records;
}

function separatorOf(text: string): string {
  const header =
    text
      .slice(0, HEADER_CHARACTERS)
      .replace(/"(?:[^"]|"")*"/g, "")
      .trimStart()
      .split(/[\r\n]/, 1)[0] ?? "";
  const count = (separator: string): number => header.split(separator).length;
  return [",", ";", "\t"].reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** Counts before parsing, which would hold all cells; separators inside quotes count too, at no harm. */
function requireCellCount(text: string, separator: string, where: string): void {
  let cells = 1;
  for (let at = text.indexOf(separator); at !== -1; at = text.indexOf(separator, at + 1)) cells += 1;
  if (cells > MAX_CSV_CELLS)
    throw failure("TABLE_INVALID", { where, received: `${cells} cells`, allowed: `${MAX_CSV_CELLS}` });
}
