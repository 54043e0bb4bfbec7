import { Link } from "wouter";
import { methodText } from "../../parts/method-options.js";
import type { Run } from "./runs-query.js";
import type { Selection } from "./selection.js";

export interface ChosenRunsProps {
  readonly runs: readonly Run[];
  readonly selection: Selection;
}

/** The runs that are compared, the baseline first, and how to change which they are. */
export function ChosenRuns({ runs, selection }: ChosenRunsProps) {
  const unknown = selection.ids.filter((id) => runs.every((run) => run.id !== id));
  return (
    <ol className="chosen" aria-label="Chosen runs">
      {runs.map(({ id, name, study, method, quantization, rank, seed, hasWeights }, i) => (
        <li key={id}>
          <div>
            <strong>{name}</strong> {i === 0 && <span className="badge plain">Baseline</span>}
            <br />
            <Link to={`/studies/${study.slug}`}>{study.name}</Link>
            <p className="note">
              {methodText(method)}, {quantization.label}, rank {rank.r}
              {seed !== null && `, seed ${seed}`}
              {!hasWeights && ", no weights"}
            </p>
          </div>
          <div className="chosen-actions">
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
            <strong>No such run</strong>
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
