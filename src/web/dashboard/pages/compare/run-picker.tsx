import { useState } from "react";
import { useOperation } from "../../api/use-operation.js";
import { ErrorMessage } from "../../parts/error-message.js";
import { methodLabel } from "../../parts/methods.js";
import { TextField } from "../../parts/text-field.js";
import { pluralize } from "../../parts/text.js";
import { ExperimentsQuery, type ExperimentFilter } from "../experiments/experiments-query.js";

/** Maximum number of search results. The page shows the total number of matches. */
const MAX_RESULTS = 20;

interface RunPickerProps {
  readonly selected: readonly string[];
  readonly onAdd: (id: string) => void;
}

/** A search for runs of any study by words in the names of the run, the study or the base model. */
export function RunPicker({ selected, onAdd }: RunPickerProps) {
  const [text, setText] = useState("");
  const words = text.split(/\s+/).filter((word) => word !== "");
  const { data, error, retry } = useOperation(
    ExperimentsQuery,
    { filter: runFilter(words), metrics: [], orderBy: { field: "STUDY", direction: "ASC" }, first: MAX_RESULTS },
    { enabled: words.length > 0 },
  );
  const matches = words.length > 0 ? data?.experimentRows : undefined;
  return (
    <div className="picker" role="search" aria-label="Add runs">
      <TextField label="Add a run" placeholder="Name of the run, study or base model" value={text} onChange={setText} />
      {error !== null && words.length > 0 && <ErrorMessage error={error} onRetry={retry} />}
      <p role="status" className="note">
        {matches !== undefined &&
          `${pluralize(matches.totalCount, "run")} found${matches.totalCount > MAX_RESULTS ? `, showing the first ${MAX_RESULTS}` : ""}.`}
      </p>
      {matches !== undefined && matches.nodes.length > 0 && (
        <ul className="offers">
          {matches.nodes.map(({ id, name, study, method, rank }) => (
            <li key={id}>
              <button type="button" disabled={selected.includes(id)} onClick={() => onAdd(id)}>
                <strong>{name}</strong> <span>{study}</span>{" "}
                <span className="note">
                  {methodLabel(method)}, rank {rank}
                  {selected.includes(id) && ", selected"}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Returns a filter in which each word must match the run's name or its study. */
function runFilter(words: readonly string[]): ExperimentFilter {
  return { and: words.map((word) => ({ or: [{ name: { contains: word } }, { study: { search: word } }] })) };
}
