import { metricName } from "../column-name.js";
import { EMPTY_CELL } from "../table-words.js";
import { columnsOf, textsOf, type GridRow, type TableLayout } from "./table-layout.js";

const NUMBER = "[+-]?\\d[\\d.,]*(?:e[+-]?\\d+)?";
const SPREAD = new RegExp(
  `^(${NUMBER})\\s?(%?)\\s?(?:(?:±|\\+/-|\\+-|\\\\pm)\\s?(${NUMBER})|\\((${NUMBER})\\))\\s?%?\\s?(?:\\(?n\\s?=\\s?(\\d{1,9})\\)?)?$`,
  "i",
);
const MAX_CELL_CHARACTERS = 60;

/**
 * Means with their spread: `1.52 ± 0.03`, `1.52 (0.03)`, `1.52 ± 0.03 (n=3)`. The mean is the metric, the spread `loss_std`, or
 * `loss_stderr` if the heading says so, and the number of runs `loss_n`. None of them is a replicate.
 */
export const SPREAD_CELLS: TableLayout = {
  name: "means with spreads",
  reshape(grid) {
    const columns = columnsOf(grid.rows).filter((column) => hasSpreads(grid.rows, column));
    if (columns.length === 0) return undefined;
    const read = new Set(columns);
    const rows = grid.rows.map(({ key, cells }) => ({
      key,
      cells: new Map([...cells].flatMap(([name, cell]) => (read.has(name) ? split(name, cell) : [[name, cell]]))),
    }));
    const assumed = columns.filter((column) => !STATED.test(column));
    const notes = [
      `cells of ${columns.join(", ")} are means with their spread`,
      ...(assumed.length === 0
        ? []
        : [
            `the spread of ${assumed.join(", ")} is assumed to be the standard deviation; write (mean ± stderr) into the heading if it is not`,
          ]),
    ];
    return { ...grid, rows, notes: [...grid.notes, ...notes] };
  },
};

/** Words of a heading for what its cells are. */
const STATED = /_(?:std|stdev|std_dev|sd|stderr|std_err|se|sem)$/;
const STANDARD_ERROR = /_(?:stderr|std_err|se|sem)$/;

function hasSpreads(rows: readonly GridRow[], column: string): boolean {
  const texts = textsOf(rows, column)?.filter((text) => !EMPTY_CELL.test(text));
  if (texts === undefined) return false;
  const spreads = texts.filter((text) => text.length <= MAX_CELL_CHARACTERS && SPREAD.test(text)).length;
  return spreads > 0 && spreads * 2 >= texts.length;
}

function split(name: string, cell: unknown): [string, unknown][] {
  const base = name.replace(STATED, "").replace(/_(?:mean|avg|average)$/, "") || name;
  const text = typeof cell === "string" && cell.length <= MAX_CELL_CHARACTERS ? cell.trim() : "";
  const [, mean, percent = "", spread, inBrackets, count] = SPREAD.exec(text) ?? [];
  if (mean === undefined) return [[base, cell]];
  const suffix = STANDARD_ERROR.test(name) ? "stderr" : "std";
  return [
    [base, `${mean}${percent}`],
    [`${metricName(base)}_${suffix}`, spread ?? inBrackets],
    ...(count === undefined ? [] : [[`${metricName(base)}_n`, Number(count)] as [string, unknown]]),
  ];
}
