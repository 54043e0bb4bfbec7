import { numberOf } from "./cell-number.js";

type Row = readonly string[];

/**
 * Joins the two header rows that pandas writes for a MultiIndex of columns: `,loss,loss` above `rank,lora,qlora` becomes
 * `rank,loss lora,loss qlora`. A third row with the names of the index alone gives these. Other tables are returned as they are.
 */
export function withOneHeader(table: readonly Row[]): readonly Row[] {
  const [upper, lower, third, ...rest] = table;
  if (upper === undefined || lower === undefined || third === undefined) return table;
  const isRepeated = upper.some((name, i) => name !== "" && upper.indexOf(name) !== i);
  if (!isRepeated || !lower.every((name, i) => isHeading(name, upper[i] ?? ""))) return table;
  const pairs = upper.map((name, i) => `${name} ${lower[i] ?? ""}`);
  if (pairs.some((pair, i) => pair.trim() !== "" && pairs.indexOf(pair) !== i)) return table;
  const namesIndex = isIndexNames(third);
  const joined = upper.map((name, i) => {
    if (namesIndex && (third[i] ?? "") !== "") return third[i] ?? "";
    return name === lower[i] ? name : `${name} ${lower[i] ?? ""}`.trim();
  });
  return namesIndex ? [joined, ...rest] : [joined, third, ...rest];
}

/** Headings of the lower row are texts, or the numbers of a pivot below a name. */
function isHeading(name: string, above: string): boolean {
  return numberOf(name) === undefined || (above !== "" && /^\d{1,4}$/.test(name));
}

/** Returns whether a row has the names of index levels in its first cells, and nothing else. */
function isIndexNames(row: Row): boolean {
  const end = row.indexOf("");
  return (
    end > 0 &&
    row.slice(end).every((cell) => cell === "") &&
    row.slice(0, end).every((cell) => numberOf(cell) === undefined)
  );
}
