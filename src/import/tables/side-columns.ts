import { isDerivedColumn } from "./column-name.js";
import { numberOf } from "./cell-number.js";

type Cells = ReadonlyMap<string, unknown>;

/** A table whose columns name two or more sides, with one row per side. */
export interface SideRows {
  readonly rows: readonly Cells[];
  /** Position in the table of the row that each was made of. */
  readonly from: readonly number[];
  /** The sides, as the columns spell them: `lora`, `qlora`. */
  readonly sides: readonly string[];
  /** Columns that are computed from the sides and are left out. */
  readonly derived: readonly string[];
}

/** Labels with which people name the sides of a comparison. */
const SIDE =
  "q?lora|q?dora|full|fft|base|baseline|candidate|(?:2|3|4|8|16|32)_?bit|nf4|fp4|int4|int8|bf16|fp16|fp32|r\\d{1,4}";
const PREFIX = new RegExp(`^(${SIDE})_(.+)$`);
const SUFFIX = new RegExp(`^(.+)_(${SIDE})$`);

/**
 * Splits rows with the figures of several sides (`lora_loss`, `qlora_loss`, `16bit_ppl`) into one row per side. Returns undefined
 * if the columns do not name at least two sides of one metric.
 */
export function splitSides(rows: readonly Cells[]): SideRows | undefined {
  const names = [...new Set(rows.flatMap((cells) => [...cells.keys()]))];
  const found = [PREFIX, SUFFIX]
    .map((pattern) => sidesOf(names, rows, pattern))
    .find((columns) => new Set([...columns.values()].map(({ side }) => side)).size > 1 && hasCommonMetric(columns));
  if (found === undefined) return undefined;
  const sides = [...new Set([...found.values()].map(({ side }) => side))];
  const derived = names.filter((name) => !found.has(name) && isDerivedColumn(name));
  const split = rows.map((cells) =>
    sides.flatMap((side) => {
      const own = [...found].filter(([, column]) => column.side === side);
      if (own.every(([name]) => numberOf(cells.get(name)) === undefined)) return [];
      const shared = [...cells].filter(([name]) => !found.has(name) && !derived.includes(name));
      return [
        new Map<string, unknown>([
          ...shared,
          ...own.map(([name, { metric }]) => [metric, cells.get(name)] as const),
          [SIDE_COLUMN, side],
        ]),
      ];
    }),
  );
  return { rows: split.flat(), from: split.flatMap((made, i) => made.map(() => i)), sides, derived };
}

/** Column of the side in the rows that `splitSides` returns. */
export const SIDE_COLUMN = "side";

interface SideColumn {
  readonly side: string;
  readonly metric: string;
}

function sidesOf(names: readonly string[], rows: readonly Cells[], pattern: RegExp): Map<string, SideColumn> {
  const columns = new Map<string, SideColumn>();
  for (const name of names) {
    const [, first, second] = pattern.exec(name) ?? [];
    if (first === undefined || second === undefined || isDerivedColumn(name)) continue;
    if (!rows.some((cells) => numberOf(cells.get(name)) !== undefined)) continue;
    const [side, metric] = pattern === PREFIX ? [first, second] : [second, first];
    columns.set(name, { side, metric });
  }
  return columns;
}

function hasCommonMetric(columns: ReadonlyMap<string, SideColumn>): boolean {
  const sides = new Map<string, Set<string>>();
  for (const { side, metric } of columns.values()) sides.set(metric, (sides.get(metric) ?? new Set()).add(side));
  return [...sides.values()].some(({ size }) => size > 1);
}
