/** Returns the median, or the lower of the two middle values if their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

export const milliseconds = (seconds: number | undefined): string =>
  seconds === undefined ? "-" : `${(seconds * 1000).toFixed(2)} ms`;

/** Formats `seconds` as a multiple of `reference`. */
export const ratio = (seconds: number | undefined, reference: number): string =>
  seconds === undefined ? "-" : `${(seconds / reference).toFixed(2)} x`;

/** Prints a table with its title. */
export function print(title: string, note: string, rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  console.log([`\n${title} (${note})`, ...rows.map(line)].join("\n"));
}
