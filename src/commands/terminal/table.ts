import stringWidth from "string-width";
import { visibleLine } from "../../model/visible-text.js";
import type { Screen } from "./screen.js";
import { largest } from "../../model/extremes.js";

export interface Column {
  readonly title: string;
  /** Text is left-aligned and may be shortened; numbers are right-aligned and never shortened. */
  readonly kind: "text" | "number";
}

const GAP = "  ";
/** Minimum width of shortened text. */
const MIN_TEXT_WIDTH = 12;

/**
 * Formats rows under their titles so that they fit the screen. Texts are shortened first, with a mark at their end. Columns that
 * still do not fit follow in further blocks, each with the first column repeated. No cell is lost.
 */
export function table(
  columns: readonly Column[],
  storedRows: readonly (readonly string[])[],
  screen: Pick<Screen, "width" | "unicode">,
): string[] {
  const rows = storedRows.map((row) => row.map(visibleLine));
  const natural = columns.map(({ title }, i) =>
    Math.max(stringWidth(title), largest(rows.map((row) => stringWidth(row[i] ?? "")))),
  );
  const widths = shrunk(natural, columns, screen.width);
  return blocks(widths, screen.width).flatMap((block, i) => [
    ...(i > 0 ? [""] : []),
    line(
      columns.map(({ title }) => title),
      block,
      widths,
      columns,
      screen,
    ),
    block
      .map((column) => (screen.unicode ? "─" : "-").repeat(widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
    ...rows.map((row) => line(row, block, widths, columns, screen)),
  ]);
}

/** Shortens the widest text, the first column last, until all columns fit; shortens nothing where they cannot fit. */
function shrunk(natural: readonly number[], columns: readonly Column[], width: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
  while (total() > width) {
    const spare = widths.map((one, i) => (columns[i]?.kind === "text" && one > MIN_TEXT_WIDTH ? one : 0));
    const others = Math.max(0, largest(spare.slice(1)));
    const i = others > 0 ? spare.indexOf(others, 1) : 0;
    if ((spare[i] ?? 0) === 0) return natural.map((one) => Math.min(one, width));
    widths[i] = (widths[i] ?? 0) - 1;
  }
  return widths;
}

/** Distributes the columns, by index, over as few blocks as the width allows; each block has the first column. */
function blocks(widths: readonly number[], width: number): number[][] {
  const result: number[][] = [[0]];
  let used = widths[0] ?? 0;
  for (let i = 1; i < widths.length; i++) {
    const needed = GAP.length + (widths[i] ?? 0);
    const block = result.at(-1) ?? [];
    if (used + needed > width && block.length > 1) {
      result.push([0, i]);
      used = (widths[0] ?? 0) + needed;
    } else {
      block.push(i);
      used += needed;
    }
  }
  return result;
}

function line(
  cells: readonly string[],
  block: readonly number[],
  widths: readonly number[],
  columns: readonly Column[],
  screen: Pick<Screen, "unicode">,
): string {
  return block
    .map((i) => {
      const width = widths[i] ?? 0;
      const text = shorten(cells[i] ?? "", width, screen);
      const space = " ".repeat(Math.max(0, width - stringWidth(text)));
      return columns[i]?.kind === "number" ? space + text : text + space;
    })
    .join(GAP)
    .trimEnd();
}

/** A column of text. */
export const text = (title: string): Column => ({ title, kind: "text" });

/** A column of numbers, or of other content that must not be shortened. */
export const number = (title: string): Column => ({ title, kind: "number" });

/** Shortens a text to at most `width` columns; a mark at the end shows that something is missing. */
export function shorten(text: string, width: number, { unicode }: Pick<Screen, "unicode">): string {
  if (stringWidth(text) <= width) return text;
  const mark = unicode ? "…" : "...";
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) + mark.length > width) break;
    kept += segment;
  }
  return kept + mark;
}

/** Formats a table as lines. The first column is left-aligned; the others, mostly numbers, are right-aligned. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, i) => Math.max(title.length, largest(rows.map((row) => row[i]?.length ?? 0))));
  const format = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return [format(header), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(format)];
}
