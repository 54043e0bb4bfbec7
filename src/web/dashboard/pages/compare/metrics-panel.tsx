import { metricDeltas } from "../../../../derive/runs/metric-deltas.js";
import type { OperationResult } from "../../api/use-operation.js";
import { Panel } from "../../parts/panel.js";
import { Value } from "../../parts/value.js";
import { csvRows, type Column } from "../../table/column.js";
import { PlainTable } from "../../table/plain-table.js";
import { runLabel, type Run } from "./runs-query.js";

interface MetricsPanelProps {
  readonly result: OperationResult<{ readonly experiments: readonly (Run | null)[] }>;
  readonly runs: readonly Run[];
}

/** The recorded scalars of all runs side by side, with the change from the baseline. */
export function MetricsPanel({ result, runs }: MetricsPanelProps) {
  const names = [...new Set(runs.flatMap(({ metrics }) => metrics.map(({ name }) => name)))].sort();
  const columns = columnsOf(runs);
  return (
    <Panel
      title="Metrics"
      className="wide"
      result={result}
      csv={{ fileName: "compared-metrics.csv", rows: () => csvRows(columns, names) }}
      note="Changes are relative to the first run, in percent."
    >
      {() =>
        names.length === 0 ? (
          <p className="empty">The runs recorded no scalars.</p>
        ) : (
          <PlainTable label="Metrics side by side" columns={columns} rows={names} keyOf={(name) => name} />
        )
      }
    </Panel>
  );
}

function columnsOf(runs: readonly Run[]): readonly Column<string>[] {
  const values = runs.map(({ metrics }) => new Map(metrics.map(({ name, value }) => [name, value])));
  const baseline = values[0] ?? new Map<string, number>();
  return [
    { key: "metric", title: "Metric", width: 180, cell: (name) => <code>{name}</code>, csv: (name) => name },
    ...runs.map((run, i): Column<string> => {
      const runValues = values[i] ?? new Map<string, number>();
      const deltas = new Map(metricDeltas(baseline, runValues).map((delta) => [delta.metric, delta]));
      const label = runLabel(run, runs);
      return {
        key: label,
        title: label,
        width: 120,
        align: "end",
        cell: (name) => (
          <>
            <Value value={runValues.get(name)} />
            {i > 0 && (
              <small className="change">
                <Value value={deltas.get(name)?.percent} unit="%" signed reason={deltas.get(name)?.reason} />
              </small>
            )}
          </>
        ),
        csv: (name) => runValues.get(name) ?? null,
      };
    }),
  ];
}
