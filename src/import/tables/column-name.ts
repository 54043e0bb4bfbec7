import { METRIC_COLUMNS, RUN_COLUMNS } from "./table-words.js";

export type RunColumn = keyof typeof RUN_COLUMNS;

/** Units of columns that are stored in another unit. 1 GB is 1,024 MB, as PyTorch reports memory. */
const UNITS: readonly { readonly suffix: RegExp; readonly unit: string; readonly factor: number }[] = [
  { suffix: /_gi?b$/, unit: "_mb", factor: 1024 },
  { suffix: /_mib$/, unit: "_mb", factor: 1 },
  { suffix: /_(?:s|sec|secs)$/, unit: "_seconds", factor: 1 },
  { suffix: /_(?:min|mins|minutes)$/, unit: "_seconds", factor: 60 },
  { suffix: /_(?:h|hr|hrs|hours)$/, unit: "_seconds", factor: 3600 },
];

/** A column's metric, and the factor from the column's unit to the metric's. */
export interface MetricColumn {
  readonly metric: string;
  readonly factor: number;
}

/** Index columns, such as those that pandas writes. */
const INDEX_COLUMN = /^(?:|id|index|nr|no|lfd_nr|unnamed_\d+)$/;

const ALL_RUN_COLUMNS: ReadonlySet<string> = new Set(Object.values(RUN_COLUMNS).flat());

/** Returns a header in snake case, with `%` in words: `peak_memory_mb` for `Peak Memory (MB)` and `peakMemoryMb`. */
export function columnName(header: string): string {
  return (
    header
      .replace(/%/g, " percent ")
      // Binary units are words, although their letters differ in case.
      .replace(/(?<!\p{L})([KMGT])iB(?!\p{L})/gu, "$1ib")
      .replace(/(?<!\p{L})(Q?)-?([LD])oRA(?!\p{Ll})/gu, "$1$2ora")
      // No word of its own is the last letter of GSM8K.
      .replace(/(\p{Ll})(\p{Lu})|(\p{N})(\p{Lu}\p{Ll})/gu, "$1$3_$2$4")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "_")
      .replace(/^_+|_+$/g, "")
  );
}

/** Returns whether a column of this name holds figures that were computed from several runs: `memory_reduction_percent`. */
export function isDerivedColumn(name: string): boolean {
  return /(?:^|_)(?:reduction|ratio|diff|difference|delta|gap|increase|degradation|change|speed_?up|saving|savings)(?:_|$)/.test(
    name,
  );
}

/** Returns whether a column of this name tells runs apart: experiment, quantization, method or rank. */
export function isRunColumn(name: string): boolean {
  const { experiment, quantization, method, rank } = RUN_COLUMNS;
  return [...experiment, ...quantization, "precision", ...method, ...rank].some((known) => known === name);
}

/** Returns the column of `names` that has this meaning, the usual name before rarer ones. */
export function findRunColumn(column: RunColumn, names: ReadonlySet<string>): string | undefined {
  return RUN_COLUMNS[column].find((name) => names.has(name));
}

/**
 * Returns the metric names of columns, by column name. If a table has two spellings of one metric (`eval_loss` and
 * `final_eval_loss`), the rarer one keeps its own name, so that neither is lost.
 */
export function metricColumns(names: ReadonlySet<string>): Map<string, MetricColumn> {
  const metrics = new Map<string, MetricColumn>();
  for (const name of names) {
    if (!ALL_RUN_COLUMNS.has(name) && !INDEX_COLUMN.test(name)) metrics.set(name, { metric: name, factor: 1 });
  }
  for (const [metric, spellings] of Object.entries(METRIC_COLUMNS)) {
    const spelling = spellings.find((name) => names.has(name));
    if (spelling !== undefined) {
      metrics.set(spelling, { metric, factor: 1 });
      continue;
    }
    const converted = [...names].find((name) => spellings.includes(inStoredUnit(name)?.name ?? ""));
    if (converted !== undefined) metrics.set(converted, { metric, factor: inStoredUnit(converted)?.factor ?? 1 });
  }
  return metrics;
}

/** Returns the name of a column in the unit of its metric, with the factor to it; undefined if its unit is not known. */
function inStoredUnit(name: string): { readonly name: string; readonly factor: number } | undefined {
  const found = UNITS.find(({ suffix }) => suffix.test(name));
  return found && { name: name.replace(found.suffix, found.unit), factor: found.factor };
}

/** Columns whose values a row has under a name of its own. The task is a setting too. */
export function runColumns(): ReadonlySet<string> {
  const tasks: readonly string[] = RUN_COLUMNS.task;
  return new Set([...ALL_RUN_COLUMNS].filter((name) => !tasks.includes(name)));
}

/** Returns whether a column of this name holds a known metric. */
export function isKnownMetric(name: string): boolean {
  const stored = inStoredUnit(name)?.name ?? name;
  return Object.values(METRIC_COLUMNS).some((spellings) => spellings.includes(name) || spellings.includes(stored));
}

/** Returns Rankscope's name of a metric: `training_loss` for `train_loss`. Other names are kept. */
export function metricName(name: string): string {
  const known = Object.entries(METRIC_COLUMNS).find(([, spellings]) => spellings.includes(name));
  return known?.[0] ?? name;
}
