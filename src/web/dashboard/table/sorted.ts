import type { Cell } from "../parts/save-file.js";

/** A copy of the rows by the value of a cell, text by the alphabet with numbers in it as numbers; unknown values last. */
export function sorted<Row>(
  rows: readonly Row[],
  valueOf: ((row: Row) => Cell) | undefined,
  direction: "ASC" | "DESC",
): readonly Row[] {
  if (valueOf === undefined) return rows;
  const sign = direction === "ASC" ? 1 : -1;
  return [...rows].sort((left, right) => {
    const [a, b] = [valueOf(left), valueOf(right)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  });
}
