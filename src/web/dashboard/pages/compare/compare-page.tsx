import { useOperation } from "../../api/use-operation.js";
import { ErrorMessage } from "../../parts/error-message.js";
import { Skeleton } from "../../parts/loading.js";
import { pluralize } from "../../parts/text.js";
import { PageHead } from "../../shell/page-head.js";
import { DegradationAcross } from "../studies/degradation-across.js";
import { SelectedRuns } from "./selected-runs.js";
import { CurvesPanel } from "./curves-panel.js";
import { MatrixPanel } from "./matrix-panel.js";
import { MetricsPanel } from "./metrics-panel.js";
import { PairPanels } from "./pair-panels.js";
import { RunPicker } from "./run-picker.js";
import { RunsQuery } from "./runs-query.js";
import { useSelection } from "./use-selection.js";

/** The page that compares any runs of any studies. */
export function ComparePage() {
  const selection = useSelection();
  const { ids } = selection;
  const result = useOperation(RunsQuery, { ids: [...ids] }, { enabled: ids.length > 0 });
  const known = new Map(
    (result.data?.experiments ?? []).flatMap((run) => (run === null ? [] : [[run.id, run] as const])),
  );
  const runs = ids.flatMap((id) => known.get(id) ?? []);
  const slugs = [...new Set(runs.map(({ study }) => study.slug))];
  return (
    <div className="page">
      <PageHead title="Compare">
        <p className="count" role="status">
          {ids.length > 0 && pluralize(ids.length, "run")}
        </p>
      </PageHead>
      <div className="selection">
        {ids.length === 0 && (
          <p className="empty">
            No run is selected yet. Search for runs below, or select them in a table of experiments. The first run is
            the baseline of the comparison.
          </p>
        )}
        {ids.length > 0 && result.data === undefined && result.error === null && <Skeleton label="the runs" />}
        {result.error !== null && <ErrorMessage error={result.error} onRetry={result.retry} />}
        {result.data !== undefined && <SelectedRuns runs={runs} selection={selection} />}
        <RunPicker selected={ids} onAdd={selection.add} />
      </div>
      {runs.length > 0 && (
        <div className="panels">
          <MetricsPanel result={result} runs={runs} />
          <CurvesPanel runs={runs} selection={selection} />
          <DegradationAcross studies={{ slugs }} metric="training_loss" />
          {runs.length > 1 && (
            <>
              <MatrixPanel runs={runs} />
              <PairPanels runs={runs} selection={selection} />
            </>
          )}
        </div>
      )}
    </div>
  );
}
