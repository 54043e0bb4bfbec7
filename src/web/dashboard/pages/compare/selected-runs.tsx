import { Link } from "wouter";
import { methodLabel } from "../../parts/methods.js";
import type { Run } from "./runs-query.js";
import type { Selection } from "./use-selection.js";

interface SelectedRunsProps {
  readonly runs: readonly Run[];
  readonly selection: Selection;
}

/** The selected runs with the baseline first, and buttons to remove a run or make it the baseline. */
export function SelectedRuns({ runs, selection }: SelectedRunsProps) {
  const unknown = selection.ids.filter((id) => runs.every((run) => run.id !== id));
  return (
    <ol className="selected-runs" aria-label="Selected runs">
      {runs.map(({ id, name, study, method, quantization, rank, seed, hasWeights }, i) => (
        <li key={id}>
          <div>
            <strong>{name}</strong> {i === 0 && <span className="badge plain">Baseline</span>}
            <br />
            <Link to={`/studies/${study.slug}`}>{study.name}</Link>
            <p className="note">
              {methodLabel(method)}, {quantization.label}, {rank === null ? "no rank" : `rank ${rank.r}`}
              {seed !== null && `, seed ${seed}`}
              {!hasWeights && ", no weights"}
            </p>
          </div>
          <div className="selected-run-actions">
            {i > 0 && (
              <button type="button" aria-label={`Make baseline: ${name}`} onClick={() => selection.makeBaseline(id)}>
                Make baseline
              </button>
            )}
            <button type="button" aria-label={`Remove: ${name}`} onClick={() => selection.remove(id)}>
              Remove
            </button>
          </div>
        </li>
      ))}
      {unknown.map((id) => (
        <li key={id}>
          <div>
            <strong>The run does not exist</strong>
            <p className="note">{id}</p>
          </div>
          <button type="button" aria-label={`Remove: ${id}`} onClick={() => selection.remove(id)}>
            Remove
          </button>
        </li>
      ))}
    </ol>
  );
}
