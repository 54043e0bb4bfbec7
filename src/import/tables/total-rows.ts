import { findRunColumn } from "./column-name.js";
import { withoutAccents } from "./heading-words.js";
import { TOTAL_ROW } from "./table-words.js";

/**
 * Returns whether a row sums up others: a cell that identifies it is such a word, as in `mean` or `Total`.
 *
 * @param key the row's key in an object of rows
 */
export function isTotalRow(cells: ReadonlyMap<string, unknown>, key: string | null = null): boolean {
  return (key !== null && isTotal(key)) || totalCell(cells) !== undefined;
}

/** Returns the word by which a row sums up others: `mean`. */
export function totalName(cells: ReadonlyMap<string, unknown>): string {
  return totalCell(cells) ?? "a row";
}

function totalCell(cells: ReadonlyMap<string, unknown>): string | undefined {
  const names = new Set(cells.keys());
  // Spreadsheets put the word into the first column, whatever that has in other rows.
  const [first] = cells.values();
  if (typeof first === "string" && isTotal(first)) return first;
  return (["experiment", "method", "quantization", "rank", "seed", "modelName", "task"] as const)
    .map((column) => cells.get(findRunColumn(column, names) ?? ""))
    .find((cell): cell is string => typeof cell === "string" && isTotal(cell));
}

function isTotal(text: string): boolean {
  return text.length <= 40 && TOTAL_ROW.test(withoutAccents(text.trim()));
}
