import { useState } from "react";
import { useAnswer } from "../../api/answer.js";
import { Failure } from "../../parts/failure.js";
import { methodText } from "../../parts/method-options.js";
import { TextField } from "../../parts/text-field.js";
import { counted } from "../../parts/words.js";
import { ExperimentsQuery, type ExperimentFilter } from "../experiments/experiments-query.js";

/** Runs offered at once; how many more there are is said. */
const OFFERED = 20;

export interface RunPickerProps {
  readonly chosen: readonly string[];
  readonly onAdd: (id: string) => void;
}

/** Finds runs of any study by words of their name or their study's, to add them to the comparison. */
export function RunPicker({ chosen, onAdd }: RunPickerProps) {
  const [text, setText] = useState("");
  const words = text.split(/\s+/).filter((word) => word !== "");
  const { data, error, retry } = useAnswer(
    ExperimentsQuery,
    { filter: filterOf(words), metrics: [], orderBy: { field: "STUDY", direction: "ASC" }, first: OFFERED },
    { enabled: words.length > 0 },
  );
  const found = words.length > 0 ? data?.experimentRows : undefined;
  return (
    <div className="picker" role="search" aria-label="Add runs">
      <TextField
        label="Add a run"
        placeholder="Words of its name, study or base model"
        value={text}
        onChange={setText}
      />
      {error !== null && words.length > 0 && <Failure error={error} onRetry={retry} />}
      <p role="status" className="note">
        {found !== undefined &&
          `${counted(found.totalCount, "run")} found${found.totalCount > OFFERED ? `, the first ${OFFERED} are shown` : ""}.`}
      </p>
      {found !== undefined && found.nodes.length > 0 && (
        <ul className="offers">
          {found.nodes.map(({ id, name, study, method, rank }) => (
            <li key={id}>
              <button type="button" disabled={chosen.includes(id)} onClick={() => onAdd(id)}>
                <strong>{name}</strong> <span>{study}</span>{" "}
                <span className="note">
                  {methodText(method)}, rank {rank}
                  {chosen.includes(id) && ", chosen"}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Every word must occur in the run's name or say something of its study. */
function filterOf(words: readonly string[]): ExperimentFilter {
  return { and: words.map((word) => ({ or: [{ name: { contains: word } }, { study: { search: word } }] })) };
}
