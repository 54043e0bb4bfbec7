import type { GridRow, TableLayout } from "./table-layout.js";

/** Rows that occur several times, such as those of a script that appended its results twice. */
export const EQUAL_ROWS: TableLayout = {
  name: "equal rows",
  reshape(grid) {
    const seen = new Set<string>();
    const rows = grid.rows.filter((row) => {
      const content = contentOf(row);
      return !seen.has(content) && seen.add(content);
    });
    const dropped = grid.rows.length - rows.length;
    if (dropped === 0) return undefined;
    return { ...grid, rows, notes: [...grid.notes, `${dropped} rows repeat others in every cell and were left out`] };
  },
};

function contentOf({ key, cells }: GridRow): string {
  return JSON.stringify([key, ...[...cells].map(([name, cell]) => [name, typeof cell, String(cell)])]);
}
