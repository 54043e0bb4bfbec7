import { parse } from "csv-parse/sync";
import { failure } from "../errors.js";

/** A result row takes some hundred bytes. The limit also keeps a line of separators from becoming millions of cells. */
const MAX_RECORD_CHARACTERS = 2 ** 20;

/**
 * The cells of a CSV text, header first, white space around them removed. Separators are commas, semicolons or tabs,
 * whichever the header has most of; a byte order mark, quoted cells and empty lines are understood.
 * @param maxRecords more than this many records are TABLE_INVALID
 * @throws TABLE_INVALID, also where a row has more or fewer cells than the header
 */
export function readCsvTable(text: string, where: string, maxRecords: number): string[][] {
  let records: string[][];
  try {
    records = parse(text, {
      bom: true,
      delimiter: separatorOf(text),
      trim: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_CHARACTERS,
      to: maxRecords + 1,
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
      .slice(0, MAX_RECORD_CHARACTERS)
      .replace(/"(?:[^"]|"")*"/g, "")
      .trimStart()
      .split(/[\r\n]/, 1)[0] ?? "";
  const count = (separator: string): number => header.split(separator).length;
  return [",", ";", "\t"].reduce((best, next) => (count(next) > count(best) ? next : best));
}
