import { useAnswer } from "../../api/answer.js";
import { Failure } from "../../parts/failure.js";
import { Skeleton } from "../../parts/skeleton.js";
import { counted } from "../../parts/words.js";
import { PageHead } from "../../shell/page-head.js";
import { DegradationAcross } from "../studies/degradation-across.js";
import { ChosenRuns } from "./chosen-runs.js";
import { CurvesPanel } from "./curves-panel.js";
import { MatrixPanel } from "./matrix-panel.js";
import { MetricsPanel } from "./metrics-panel.js";
import { PairPanels } from "./pair-panels.js";
import { RunPicker } from "./run-picker.js";
import { RunsQuery } from "./runs-query.js";
import { useSelection } from "./selection.js";

/** Any runs of any studies side by side. */
export function ComparePage() {
  const selection = useSelection();
  const { ids } = selection;
  const answer = useAnswer(RunsQuery, { ids: [...ids] }, { enabled: ids.length > 0 });
  const known = new Map(
    (answer.data?.experiments ?? []).flatMap((run) => (run === null ? [] : [[run.id, run] as const])),
  );
  const runs = ids.flatMap((id) => known.get(id) ?? []);
  const slugs = [...new Set(runs.map(({ study }) => study.slug))];
  return (
    <div className="page">
      <PageHead title="Compare">
        <p className="count" role="status">
          {ids.length > 0 && counted(ids.length, "run")}
        </p>
      </PageHead>
      <div className="selection">
        {ids.length === 0 && (
          <p className="empty">
            No run is chosen yet. Find some below, or choose them in a table of experiments. The first is what the
            others are compared with.
          </p>
        )}
        {ids.length > 0 && answer.data === undefined && answer.error === null && <Skeleton label="the runs" />}
        {answer.error !== null && <Failure error={answer.error} onRetry={answer.retry} />}
        {answer.data !== undefined && <ChosenRuns runs={runs} selection={selection} />}
        <RunPicker chosen={ids} onAdd={selection.add} />
      </div>
      {runs.length > 0 && (
        <div className="panels">
          <MetricsPanel answer={answer} runs={runs} />
          <CurvesPanel runs={runs} selection={selection} />
          <DegradationAcross of={{ slugs }} metric="training_loss" />
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
