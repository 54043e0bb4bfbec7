import { Link } from "wouter";
import { pluralize } from "../../parts/text.js";
import { compareLink, MAX_COMPARED_RUNS, type CheckedRuns } from "./use-checked-runs.js";

/** The number of selected runs and a link to their comparison. */
export function CheckedRunsBar({ checkedRuns }: { readonly checkedRuns: CheckedRuns }) {
  const { ids } = checkedRuns;
  const exceedsMaximum = ids.length > MAX_COMPARED_RUNS;
  return (
    <div className="checked-runs">
      <span role="status">
        {ids.length === 0 ? "Select runs to compare them." : `${pluralize(ids.length, "run")} selected.`}
        {exceedsMaximum && ` The maximum for a comparison is ${MAX_COMPARED_RUNS}.`}
      </span>
      {ids.length > 0 && (
        <>
          {!exceedsMaximum && (
            <Link to={compareLink(ids)} className="button">
              Compare
            </Link>
          )}
          <button type="button" onClick={checkedRuns.clear}>
            Clear
          </button>
        </>
      )}
    </div>
  );
}
