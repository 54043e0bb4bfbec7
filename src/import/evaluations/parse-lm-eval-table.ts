import { numberOf } from "../tables/cell-number.js";
import type { EvaluationResult } from "./evaluation.js";

/**
 * Returns the results of the table that lm-evaluation-harness prints (`make_table`); undefined for any other table. A row without a
 * task has the one above it. The arrows beside metrics state the better direction.
 *
 * @param table header first
 */
export function parseLmEvalTable(table: readonly (readonly string[])[]): EvaluationResult[] | undefined {
  const [header = [], ...rows] = table;
  const column = (name: string): number => header.findIndex((heading) => heading.toLowerCase() === name);
  const [tasks, metrics, values, errors] = [
    Math.max(column("tasks"), column("groups")),
    column("metric"),
    column("value"),
    column("stderr"),
  ];
  if (tasks === -1 || metrics === -1 || values === -1 || errors === -1) return undefined;
  const results: EvaluationResult[] = [];
  let task = "";
  let version: string | null = null;
  for (const row of rows) {
    const cell = (position: number): string => row[position] ?? "";
    const named = cell(tasks).replace(/^[\s-]+/, "");
    if (named !== "") {
      task = named;
      version = cell(column("version")) || null;
    }
    const value = numberOf(cell(values));
    if (task === "" || cell(metrics) === "" || value === undefined) continue;
    const filter = cell(column("filter"));
    const error = numberOf(cell(errors));
    const shots = numberOf(cell(column("n-shot")));
    results.push({
      task,
      metric: cell(metrics),
      filter: filter === "" || filter === "none" ? null : filter,
      value,
      standardError: error ?? null,
      sampleCount: null,
      shots: shots ?? null,
      taskVersion: version,
      higherIsBetter: row.includes("↑") || (row.includes("↓") ? false : null),
      subtasks: [],
    });
  }
  return results;
}
