import { numberOf } from "./cell-number.js";

type Cells = ReadonlyMap<string, unknown>;

/** Rows whose texts of numbers were converted, and what was converted or assumed, in words. */
export interface ConvertedNumbers {
  readonly rows: readonly Cells[];
  readonly notes: readonly string[];
}

/** The use of commas and points in the numbers of a column. */
type Style = "decimalComma" | "thousandsComma" | "thousandsPoint";

/** `1,234` and `12,345,678`, with a decimal point or without. */
const THOUSANDS_COMMA = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
/** `1,5`, `1.234,5` and `1,5e-3`. */
const DECIMAL_COMMA = /^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+(?:e[+-]?\d+)?$/i;
/** `12.345`, which is an integer where commas separate decimals. */
const THOUSANDS_POINT = /^[+-]?\d{1,3}(?:\.\d{3})+$/;
const PERCENT = /^(.*\d)\s?%$/;
/** Columns whose values are whole numbers of four digits and more, or megabytes. */
const LARGE_VALUES = /(?:^|_)(?:mb|mib|kb|bytes|steps?|samples|tokens|params?|parameters|flops|seconds|ms)(?:_|$)/;

/**
 * Converts texts such as `1,31`, `12,345.6` and `81.2 %` to numbers. The meaning of commas is decided for each column from all of
 * its cells. If each of them allows both, as `1,234` does, the other columns decide, else the column's name; this is an assumption.
 * A column of percentages gets the suffix `_percent`.
 */
export function convertNumbers(rows: readonly Cells[]): ConvertedNumbers {
  const names = [...new Set(rows.flatMap((cells) => [...cells.keys()]))];
  const texts = new Map(names.map((name) => [name, textsOf(rows, name)]));
  const certain = new Map(names.map((name) => [name, certainStyle(texts.get(name) ?? [])]));
  const usesDecimalComma = [...certain.values()].includes("decimalComma");
  const usesThousandsComma = [...certain.values()].includes("thousandsComma");
  const hasDecimalPoint = names.some((name) =>
    (texts.get(name) ?? []).some((text) => /^\d+\.(?:\d{1,2}|\d{4,})$/.test(text)),
  );
  const notes: string[] = [];
  const styles = new Map<string, Style>();
  const percents = new Set<string>();
  for (const name of names) {
    const cells = texts.get(name) ?? [];
    const known = certain.get(name);
    if (cells.length > 0 && cells.every((cell) => PERCENT.test(cell))) percents.add(name);
    if (known !== undefined) styles.set(name, known);
    else if (isAmbiguous(cells)) {
      const isDecimal = usesDecimalComma || (!usesThousandsComma && !hasDecimalPoint && !LARGE_VALUES.test(name));
      styles.set(name, isDecimal ? "decimalComma" : "thousandsComma");
      notes.push(`the commas of ${name} are assumed to separate ${isDecimal ? "decimals" : "thousands"}`);
    } else if (usesDecimalComma && cells.length > 0 && cells.every((cell) => THOUSANDS_POINT.test(cell))) {
      styles.set(name, "thousandsPoint");
      notes.push(`the points of ${name} are assumed to separate thousands`);
    }
  }
  const decimal = [...styles.keys()].filter((name) => certain.get(name) === "decimalComma");
  if (decimal.length > 0) notes.push(`commas separate decimals in ${decimal.join(", ")}`);
  const renamed = new Map(
    [...percents].filter((name) => !/percent|pct/.test(name)).map((name) => [name, `${name}_percent`]),
  );
  for (const [name, withUnit] of renamed) notes.push(`${name} is in percent and stored as ${withUnit}`);
  if (styles.size === 0 && percents.size === 0) return { rows, notes };
  return {
    rows: rows.map(
      (cells) =>
        new Map(
          [...cells].map(([name, cell]) => [
            renamed.get(name) ?? name,
            converted(cell, styles.get(name), percents.has(name)),
          ]),
        ),
    ),
    notes,
  };
}

/** Returns the texts of a column without its empty cells; an empty list if one of them is no number in any style. */
function textsOf(rows: readonly Cells[], name: string): string[] {
  const texts: string[] = [];
  for (const cells of rows) {
    const cell = cells.get(name);
    if (typeof cell !== "string" || cell.length > MAX_TEXT) continue;
    const text = cell.trim();
    if (text === "" || /^(?:nan|null|none|n\/a|-)$/i.test(text)) continue;
    texts.push(text);
  }
  return texts.every(isNumeric) ? texts : [];
}

const MAX_TEXT = 60;

function isNumeric(text: string): boolean {
  const bare = PERCENT.exec(text)?.[1] ?? text;
  return numberOf(bare) !== undefined || THOUSANDS_COMMA.test(bare) || DECIMAL_COMMA.test(bare);
}

/** Returns the style of a column with a cell that allows only one; undefined if none decides, or two contradict each other. */
function certainStyle(texts: readonly string[]): Style | undefined {
  const bare = texts.map((text) => PERCENT.exec(text)?.[1] ?? text);
  const decimal = bare.some((text) => DECIMAL_COMMA.test(text) && !THOUSANDS_COMMA.test(text));
  const thousands = bare.some((text) => /,.*[.,]/.test(text) && THOUSANDS_COMMA.test(text));
  if (decimal === thousands) return undefined;
  return decimal ? "decimalComma" : "thousandsComma";
}

function isAmbiguous(texts: readonly string[]): boolean {
  const bare = texts.map((text) => PERCENT.exec(text)?.[1] ?? text);
  const hasComma = bare.some((text) => text.includes(","));
  return (
    hasComma && bare.every((text) => !text.includes(",") || (THOUSANDS_COMMA.test(text) && DECIMAL_COMMA.test(text)))
  );
}

function converted(cell: unknown, style: Style | undefined, isPercent: boolean): unknown {
  if (typeof cell !== "string" || cell.length > MAX_TEXT) return cell;
  let text = cell.trim();
  if (isPercent) text = PERCENT.exec(text)?.[1] ?? text;
  if (style === "thousandsComma") text = text.replaceAll(",", "");
  if (style === "thousandsPoint") text = text.replaceAll(".", "");
  if (style === "decimalComma" && text.includes(",")) text = text.replaceAll(".", "").replace(",", ".");
  return text === cell.trim() ? cell : (numberOf(text) ?? cell);
}
