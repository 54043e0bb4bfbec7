/** The middle value; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

export const milliseconds = (seconds: number | undefined): string =>
  seconds === undefined ? "-" : `${(seconds * 1000).toFixed(2)} ms`;

/** By how much the second is faster than the first. */
export const ratio = (seconds: number | undefined, than: number): string =>
  seconds === undefined ? "-" : `${(seconds / than).toFixed(2)} x`;

/** Prints a table with its title. */
export function print(title: string, note: string, rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  console.log([`\n${title} (${note})`, ...rows.map(line)].join("\n"));
}
