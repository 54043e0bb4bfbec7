import type { CsvCell } from "../parts/save-csv.js";

/** Returns a sorted copy of the rows. Digits within text compare as numbers (`layer 2` before `layer 10`). Nulls come last. */
export function sortRows<Row>(
  rows: readonly Row[],
  valueOf: ((row: Row) => CsvCell) | undefined,
  direction: "ASC" | "DESC",
): readonly Row[] {
  if (valueOf === undefined) return rows;
  const sign = direction === "ASC" ? 1 : -1;
  return [...rows].sort((left, right) => {
    const a = valueOf(left);
    const b = valueOf(right);
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  });
}
