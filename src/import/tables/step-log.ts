import { settingField } from "../../model/setting-fields.js";
import { RunLogBuilder } from "../logs/run-log-builder.js";
import type { RunLog } from "../logs/run-log.js";
import { numberOf } from "./cell-number.js";
import { columnName } from "./column-name.js";
import type { TableRow } from "./table-row.js";
import { METRIC_WORD } from "./table-words.js";

/** Columns that give the time of a row, in the order in which one is chosen. */
const STEP_COLUMNS = ["step", "global_step", "steps", "iteration", "iter", "iterations", "it", "training_iteration"];
const EPOCH_COLUMNS = ["epoch", "epochs"];
/** Columns that are no values of the run: other clocks, and what a tool adds to each row. */
const NOT_LOGGED =
  /^(?:$|index$|unnamed_\d+$|time(?:stamp|_this_iter_s|_total_s)?$|date$|wall_?time$|pid$|iterations_since_restore$|config_|trial_|done$|batch$)/;

/** Names of curves, as the Hugging Face Trainer gives them. */
const CURVE_NAMES: ReadonlyMap<string, string> = new Map([
  ["train_loss", "loss"],
  ["training_loss", "loss"],
  ["val_loss", "eval_loss"],
  ["valid_loss", "eval_loss"],
  ["validation_loss", "eval_loss"],
  ["lr", "learning_rate"],
]);

const EVALUATED = /^(?:eval|evaluation|val|valid|validation|test)_/;

/**
 * Reads a table with one row per logged step of one run: a column of steps, else of epochs, and one column per curve. The last value
 * of each evaluated figure but the loss is also a metric of the run. Returns undefined for any other table.
 *
 * @throws RUN_LOG_INVALID above a limit
 */
export function stepLog(rows: readonly TableRow[], where: string): RunLog | undefined {
  const headings = new Map([...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))].map((h) => [h, columnName(h)]));
  const names = new Set(headings.values());
  const clock = [...STEP_COLUMNS, ...EPOCH_COLUMNS].find((name) => names.has(name));
  if (clock === undefined || rows.length < 2) return undefined;
  const builder = new RunLogBuilder(where, "RUN_LOG_INVALID");
  builder.byEpoch = EPOCH_COLUMNS.includes(clock);
  const clocks = new Set([...STEP_COLUMNS, ...EPOCH_COLUMNS]);
  for (const { cells } of rows) {
    const named = new Map([...cells].map(([heading, cell]) => [headings.get(heading) ?? "", cell]));
    const step = numberOf(named.get(clock));
    if (step === undefined || !Number.isSafeInteger(step) || step < 0) continue;
    for (const [name, cell] of named) {
      const isSetting = name !== "learning_rate" && name !== "lr" && settingField(name) !== undefined;
      const value = clocks.has(name) || isSetting || NOT_LOGGED.test(name) ? undefined : numberOf(cell);
      // A cell without a value is that of a figure that this row does not log.
      if (value === undefined || (typeof cell === "string" && Number.isNaN(value))) continue;
      builder.addPoint(CURVE_NAMES.get(name) ?? name, step, value, null);
    }
  }
  if (builder.isEmpty) return undefined;
  addLastValues(builder);
  return builder.build(null);
}

/** Reads an object of lists of one length, one number per epoch or logged step: `{"train_loss": [...], "val_loss": [...]}`. */
export function listsLog(members: ReadonlyMap<string, unknown>, where: string): RunLog | undefined {
  const lists = [...members].filter((entry): entry is [string, readonly unknown[]] => Array.isArray(entry[1]));
  const length = lists[0]?.[1].length ?? 0;
  const areLogs = lists.every(([, list]) => list.length === length && list.every((v) => typeof v === "number"));
  if (length < 2 || !areLogs || !lists.some(([name]) => METRIC_WORD.test(columnName(name)))) return undefined;
  const rows = Array.from({ length }, (_, i) => ({
    key: null,
    cells: new Map<string, unknown>([["epoch", i + 1], ...lists.map(([name, list]) => [name, list[i]] as const)]),
  }));
  const ownClock = lists.find(([name]) => [...STEP_COLUMNS, ...EPOCH_COLUMNS].includes(columnName(name)));
  if (ownClock === undefined) return stepLog(rows, where);
  return stepLog(
    rows.map(({ key }, i) => ({ key, cells: new Map(lists.map(([n, list]) => [n, list[i]])) })),
    where,
  );
}

function addLastValues(builder: RunLogBuilder): void {
  for (const [name, { values }] of builder.build(null).curves) {
    const last = values.at(-1);
    const isFigure = name !== "eval_loss" && EVALUATED.test(name) && METRIC_WORD.test(name);
    if (isFigure && last !== undefined) builder.addMetric(name, last);
  }
}
