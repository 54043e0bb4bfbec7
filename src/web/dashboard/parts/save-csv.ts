import { csvLine } from "../../../export/csv.js";

/** A cell of a CSV file; null is an empty cell. */
export type CsvCell = string | number | boolean | null;

/** Makes the browser save rows as a CSV file in the format of the server's exports. The first row is the header. */
export function saveCsv(fileName: string, rows: readonly (readonly CsvCell[])[]): void {
  const url = URL.createObjectURL(new Blob([rows.map(csvLine).join("")], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser has read the content when the next task runs.
  setTimeout(() => URL.revokeObjectURL(url));
}
