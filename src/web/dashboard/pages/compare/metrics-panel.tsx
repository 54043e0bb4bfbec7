import type { Answer } from "../../api/answer.js";
import { metricDeltas } from "../../../../derive/runs/metric-deltas.js";
import { Panel } from "../../parts/panel.js";
import { Value } from "../../parts/value.js";
import { csvRows, type Column } from "../../table/column.js";
import { PlainTable } from "../../table/plain-table.js";
import { runLabel, type Run } from "./runs-query.js";

export interface MetricsPanelProps {
  readonly answer: Answer<{ readonly experiments: readonly (Run | null)[] }>;
  readonly runs: readonly Run[];
}

/** Every scalar that any of the runs recorded, side by side, with its difference to the baseline's. */
export function MetricsPanel({ answer, runs }: MetricsPanelProps) {
  const names = [...new Set(runs.flatMap(({ metrics }) => metrics.map(({ name }) => name)))].sort();
  const columns = columnsOf(runs);
  return (
    <Panel
      title="Metrics"
      className="wide"
      answer={answer}
      csv={{ fileName: "compared-metrics.csv", rows: () => csvRows(columns, names) }}
      note="Differences are to the first run, in percent of its value."
    >
      {() =>
        names.length === 0 ? (
          <p className="empty">None of the runs recorded a scalar.</p>
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
      const own = values[i] ?? new Map<string, number>();
      const deltas = new Map(metricDeltas(baseline, own).map((delta) => [delta.metric, delta]));
      const label = runLabel(run, runs);
      return {
        ...{ key: label, title: label, width: 120, align: "end" },
        cell: (name) => (
          <>
            <Value value={own.get(name)} />
            {i > 0 && (
              <small className="change">
                <Value value={deltas.get(name)?.percent} unit="%" signed reason={deltas.get(name)?.reason} />
              </small>
            )}
          </>
        ),
        csv: (name) => own.get(name) ?? null,
      };
    }),
  ];
}
