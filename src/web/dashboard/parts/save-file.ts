import { csvLine } from "../../../export/csv.js";

/** A cell of a file made here; null is empty. */
export type Cell = string | number | boolean | null;

/** Lets the browser save rows, the header first, as the server's own exports are written. */
export function saveCsv(fileName: string, rows: readonly (readonly Cell[])[]): void {
  const url = URL.createObjectURL(new Blob([rows.map(csvLine).join("")], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser has taken hold of the content by the next task.
  setTimeout(() => URL.revokeObjectURL(url));
}
