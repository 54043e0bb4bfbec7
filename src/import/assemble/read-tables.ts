import path from "node:path";
import type { Findings } from "../findings.js";
import { mergeValue, type Reading } from "./merge-value.js";
import type { ResultRow } from "../tables/result-rows.js";
import { readResultsTable } from "../tables/results-table.js";
import type { Roundings } from "./roundings.js";

/** What the tables together say of one experiment; each value with the file it came from. */
export interface TableReading {
  readonly experiment: string;
  readonly quantization: Reading<string> | undefined;
  readonly method: Reading<string> | undefined;
  readonly rank: Reading<number> | undefined;
  readonly seed: Reading<number> | undefined;
  readonly steps: Reading<number> | undefined;
  readonly numSamples: Reading<number> | undefined;
  readonly modelName: Reading<string> | undefined;
  readonly metrics: ReadonlyMap<string, Reading<number>>;
}

/** Where two files disagree beyond rounding, the earlier kind is believed: it loses the least when it is written. */
const TRUST = [".pkl", ".pickle", ".json", ".csv", ".tsv"];

const FIELDS = ["quantization", "method", "rank", "seed", "steps", "numSamples", "modelName"] as const;

/** Reads every table and joins their rows by experiment. */
export async function readTables(
  root: string,
  tables: readonly string[],
  findings: Findings,
  roundings: Roundings,
): Promise<Map<string, TableReading>> {
  const trust = (file: string) => TRUST.indexOf(path.posix.extname(file).toLowerCase());
  const readings = new Map<string, TableReading>();
  for (const file of [...tables].sort((left, right) => trust(left) - trust(right))) {
    const table = await findings.guard(file, () => readResultsTable(path.join(root, file), file));
    if (table === undefined) continue;
    if (table.kind === "unknown") findings.add("info", "NOT_UNDERSTOOD", file, table.why);
    else if (table.kind === "summary") {
      findings.add(
        "info",
        "SUMMARY_TABLE_RECOGNISED",
        file,
        `${table.what}: its figures are derived again here, so nothing is taken from it`,
      );
    } else {
      findings.add("info", "TABLE_READ", file, `results of ${table.rows.length} experiments`);
      for (const row of table.rows) readings.set(row.experiment, join(readings.get(row.experiment), row, file));
    }
  }
  return readings;

  function join(before: TableReading | undefined, row: ResultRow, file: string): TableReading {
    const merged = <Value extends string | number>(
      name: string,
      known: Reading<Value> | undefined,
      value: Value | null,
    ) => {
      if (value === null) return known;
      const next = mergeValue(known, { value, source: file });
      const place = `${row.experiment}, ${name}`;
      roundings.note(place, next);
      if (next.contradicted !== undefined) {
        const { value: other, source } = next.contradicted;
        findings.add(
          "warning",
          "CONFLICTING_VALUES",
          place,
          `${next.kept.value} in ${next.kept.source} was kept, ${source} says ${other}`,
        );
      }
      return next.kept;
    };
    const metrics = new Map(before?.metrics);
    for (const [name, value] of row.metrics) {
      const kept = merged(name, metrics.get(name), value);
      if (kept !== undefined) metrics.set(name, kept);
    }
    const fields = Object.fromEntries(
      FIELDS.map((field) => [field, merged<string | number>(field, before?.[field], row[field])]),
    ) as unknown as Omit<TableReading, "experiment" | "metrics">;
    return { experiment: row.experiment, ...fields, metrics };
  }
}
