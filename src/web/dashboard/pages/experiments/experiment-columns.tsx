import { Link } from "wouter";
import { METRICS } from "../../parts/metrics.js";
import { methodLabel } from "../../parts/methods.js";
import { Value } from "../../parts/value.js";
import type { Column } from "../../table/column.js";
import type { CheckedRuns } from "../compare/checked-runs.js";
import type { ExperimentItem } from "./experiments-query.js";

/** The metrics in the table, in the order of the `values` of a row. */
export const SHOWN_METRICS = METRICS.map(({ key }) => key);

/** Returns the columns of a table of runs. Without `withStudy`, it has no columns about the study. */
export function experimentColumns(checkedRuns: CheckedRuns, withStudy: boolean): readonly Column<ExperimentItem>[] {
  const studyColumns: readonly Column<ExperimentItem>[] = [
    {
      key: "study",
      title: "Study",
      width: 220,
      sort: "STUDY",
      cell: ({ study, studyName }) => (
        <Link to={`/studies/${study}`} title={study}>
          {studyName}
        </Link>
      ),
    },
    {
      key: "base_model",
      title: "Base model",
      width: 120,
      cell: ({ baseModel }) => baseModel ?? <Value value={null} />,
    },
  ];
  return [
    {
      key: "compare",
      title: "Compare",
      width: 86,
      cell: ({ id, name, study }) => (
        <input
          type="checkbox"
          aria-label={`Compare ${name} of ${study}`}
          checked={checkedRuns.has(id)}
          onChange={() => checkedRuns.toggle(id)}
        />
      ),
    },
    ...(withStudy ? studyColumns : []),
    { key: "name", title: "Run", width: 130, sort: "NAME", cell: ({ name }) => name },
    { key: "method", title: "Method", width: 82, cell: ({ method }) => methodLabel(method) },
    { key: "quantization", title: "Quantization", width: 116, cell: ({ quantization }) => quantization },
    { key: "rank", title: "Rank", width: 74, align: "end", sort: "RANK", cell: ({ rank }) => <Value value={rank} /> },
    { key: "seed", title: "Seed", width: 60, align: "end", cell: ({ seed }) => <Value value={seed} /> },
    { key: "steps", title: "Steps", width: 70, align: "end", cell: ({ steps }) => <Value value={steps} /> },
    ...METRICS.map(({ key, title, unit }, i): Column<ExperimentItem> => ({
      key,
      title: unit === "" ? title : `${title}, ${unit}`,
      width: 146,
      align: "end",
      sort: key,
      cell: ({ values }) => <Value value={values[i] ?? null} />,
    })),
    { key: "weights", title: "Weights", width: 82, cell: ({ hasWeights }) => (hasWeights ? "yes" : "no") },
  ];
}
