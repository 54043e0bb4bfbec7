import { MAX_COMPARED_RUNS } from "../../../../derive/similarity/similarity-matrix.js";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { pluralize } from "../../parts/text.js";

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

/** The runs that are selected in a table. */
export interface CheckedRuns {
  readonly ids: readonly string[];
  has(id: string): boolean;
  toggle(id: string): void;
  clear(): void;
}

/** Returns the selected runs of a table, in the order of selection. */
export function useCheckedRuns(): CheckedRuns {
  const [ids, setIds] = useState<readonly string[]>([]);
  return useMemo(() => {
    const selected = new Set(ids);
    return {
      ids,
      has: (id) => selected.has(id),
      toggle: (id) =>
        setIds((before) => (before.includes(id) ? before.filter((other) => other !== id) : [...before, id])),
      clear: () => setIds([]),
    };
  }, [ids]);
}

/** Returns the path of the page that compares the runs `ids`. The first run is the baseline. */
function compareLink(ids: readonly string[]): string {
  return `/compare?${new URLSearchParams(ids.map((id) => ["run", id])).toString()}`;
}
