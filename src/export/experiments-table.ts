import { experimentRows } from "../store/across/experiment-rows.js";
import type { ExperimentFilter } from "../store/across/filters.js";
import type { Connection } from "../store/connection.js";
import { mapRows, pages, type Cell, type Column, type Table } from "./table.js";

/** Maximum rows in a page. */
const PAGE = 2_000;
/** A table with many metrics has fewer rows in a page, so that a page is parsed in a few milliseconds. */
const PAGE_CELLS = 50_000;

const COLUMNS: readonly Column[] = [
  { name: "study", type: "text" },
  { name: "base_model", type: "text" },
  { name: "name", type: "text" },
  { name: "method", type: "text" },
  { name: "quantization", type: "text" },
  { name: "quantization_bits", type: "integer" },
  { name: "quantization_scheme", type: "text" },
  { name: "rank", type: "integer" },
  { name: "seed", type: "integer" },
  { name: "steps", type: "integer" },
  { name: "num_samples", type: "integer" },
  { name: "has_weights", type: "boolean" },
  { name: "study_created_at", type: "time" },
];

type ExperimentRow = Awaited<ReturnType<typeof experimentRows>>[number];

/** Further columns of the table. */
interface FurtherColumns {
  readonly metrics: readonly string[];
  /** Names of settings. Their columns are texts; a number is written as in JSON, and a list as JSON. */
  readonly config: readonly string[];
}

/**
 * Returns a table with a row for each run that matches `filter`, by study, and a column for each metric and setting. The value
 * of a metric is null if it was not recorded or is not finite.
 */
export function experimentsTable(
  connection: Connection,
  filter: ExperimentFilter | undefined,
  { metrics, config }: FurtherColumns,
): Table {
  const limit = Math.min(PAGE, Math.max(1, Math.floor(PAGE_CELLS / (COLUMNS.length + metrics.length + config.length))));
  const rows = pages<ExperimentRow>(limit, (last) =>
    experimentRows(connection, {
      filter,
      metrics,
      config,
      order: { field: "STUDY", direction: "ASC", metric: "" },
      limit,
      after: last && { key: last.study, id: last.id },
    }),
  );
  return {
    columns: [
      ...COLUMNS,
      ...metrics.map((name): Column => ({ name: metricColumn(name), type: "number" })),
      ...config.map((name): Column => ({ name: `config_${name}`, type: "text" })),
    ],
    rows: mapRows(rows, cellsOf),
  };
}

/** Returns the column name of a metric. It differs from the names of the other columns. */
function metricColumn(name: string): string {
  return COLUMNS.some((column) => column.name === name) ? `metric_${name}` : name;
}

function cellsOf(row: ExperimentRow): Cell[] {
  return [
    row.study,
    row.baseModel,
    row.name,
    row.method,
    row.quantization,
    row.quantizationBits,
    row.quantizationScheme,
    row.rank,
    row.seed,
    row.steps,
    row.numSamples,
    row.hasWeights,
    row.createdAt,
    ...row.values.map((value) => (Number.isNaN(value) ? null : value)),
    ...row.config.map((value) => (value === null || typeof value === "string" ? value : JSON.stringify(value))),
  ];
}
