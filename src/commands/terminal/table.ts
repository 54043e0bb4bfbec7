import stringWidth from "string-width";
import type { Screen } from "./screen.js";

export interface Column {
  readonly title: string;
  /** Text is left-aligned and may be shortened where the screen is narrow; numbers are neither. */
  readonly kind: "text" | "number";
}

const GAP = "  ";
/** Text is shortened to no less. */
const LEAST_TEXT = 12;

/**
 * Rows under their titles, fitted to the screen: first texts are shortened, which a mark at their end shows; where that does
 * not do, the columns that have no room follow in further blocks, each with the first column before it. No cell is lost.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  screen: Pick<Screen, "width" | "unicode">,
): string[] {
  const natural = columns.map(({ title }, i) =>
    Math.max(stringWidth(title), ...rows.map((row) => stringWidth(row[i] ?? ""))),
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

/** Takes from the widest text, the first column last of all, until all fits; nothing is taken where that does not do. */
function shrunk(natural: readonly number[], columns: readonly Column[], width: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
  while (total() > width) {
    const spare = widths.map((one, i) => (columns[i]?.kind === "text" && one > LEAST_TEXT ? one : 0));
    const others = Math.max(0, ...spare.slice(1));
    const i = others > 0 ? spare.indexOf(others, 1) : 0;
    if ((spare[i] ?? 0) === 0) return natural.map((one) => Math.min(one, width));
    widths[i] = (widths[i] ?? 0) - 1;
  }
  return widths;
}

/** Indices of columns, in as few blocks as the width allows; the first column is in each. */
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
      const text = shortened(cells[i] ?? "", width, screen);
      const space = " ".repeat(Math.max(0, width - stringWidth(text)));
      return columns[i]?.kind === "number" ? space + text : text + space;
    })
    .join(GAP)
    .trimEnd();
}

function shortened(text: string, width: number, { unicode }: Pick<Screen, "unicode">): string {
  if (stringWidth(text) <= width) return text;
  const mark = unicode ? "…" : "...";
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) + mark.length > width) break;
    kept += segment;
  }
  return kept + mark;
}

/** A column of text. */
export const text = (title: string): Column => ({ title, kind: "text" });

/** A column of numbers, or of anything else that must stand whole. */
export const number = (title: string): Column => ({ title, kind: "number" });
