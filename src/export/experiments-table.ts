import { experimentRows } from "../store/across/experiment-rows.js";
import type { ExperimentFilter } from "../store/across/filters.js";
import type { Connection } from "../store/connection.js";
import { mapped, pages } from "./pages.js";
import type { Column, Table } from "./table.js";

const PAGE = 2_000;

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

/** A row a run that `filter` lets through, by study, with a column a metric; empty where it was not recorded or is not finite. */
export function experimentsTable(
  connection: Connection,
  filter: ExperimentFilter | undefined,
  metrics: readonly string[],
): Table {
  const order = { field: "STUDY", direction: "ASC", metric: "" } as const;
  const rows = pages<Awaited<ReturnType<typeof experimentRows>>[number]>(PAGE, (last) =>
    experimentRows(connection, {
      ...{ filter, metrics, order, limit: PAGE },
      after: last && { key: last.study, id: last.id },
    }),
  );
  return {
    // A metric may be called like a column.
    columns: [...COLUMNS, ...metrics.map((name): Column => ({ name: metricColumn(name), type: "number" }))],
    rows: mapped(rows, (row) => [
      ...[row.study, row.baseModel, row.name, row.method, row.quantization, row.quantizationBits],
      ...[row.quantizationScheme, row.rank, row.seed, row.steps, row.numSamples, row.hasWeights, row.createdAt],
      ...row.values.map((value) => (Number.isNaN(value) ? null : value)),
    ]),
  };
}

const metricColumn = (name: string) => (COLUMNS.some((column) => column.name === name) ? `metric_${name}` : name);
