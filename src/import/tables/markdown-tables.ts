import { MAX_TABLE_COLUMNS, MAX_TABLE_ROWS } from "../limits.js";

/** Longest line that can be a row: 100 columns of 100 characters. */
const MAX_LINE_CHARACTERS = 10_000;
const SEPARATOR = /^\|?[\s|:-]*-[\s|:-]*\|?$/;

/** Returns the tables of a Markdown text, each as its rows with the header first. Tables in code blocks are read too. */
export function markdownTables(text: string): string[][][] {
  const tables: string[][][] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 1; at < lines.length; at += 1) {
    const separator = lines[at] ?? "";
    const header = cellsOf(lines[at - 1] ?? "");
    if (separator.length > MAX_LINE_CHARACTERS || !separator.includes("|") || !SEPARATOR.test(separator.trim()))
      continue;
    if (header.length < 2 || header.length > MAX_TABLE_COLUMNS || cellsOf(separator).length !== header.length) continue;
    const table = [header];
    for (at += 1; at < lines.length && table.length <= MAX_TABLE_ROWS; at += 1) {
      const line = lines[at] ?? "";
      if (!line.includes("|")) break;
      const cells = cellsOf(line);
      table.push(header.map((_, i) => cells[i] ?? ""));
    }
    tables.push(table);
  }
  return tables;
}

/** Returns the cells of a row without emphasis, code marks and links. */
function cellsOf(line: string): string[] {
  const text = line.trim();
  if (text.length > MAX_LINE_CHARACTERS || !text.includes("|")) return [];
  const inner = text.replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) =>
    cell
      .replace(/\\\|/g, "|")
      .replace(/\[([^[\]]{0,200})\]\([^()]{0,500}\)/g, "$1")
      .replace(/\*\*|__|`/g, "")
      .trim(),
  );
}
