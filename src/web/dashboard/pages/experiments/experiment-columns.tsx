import { Link } from "wouter";
import { METRICS } from "../../parts/metrics.js";
import { methodText } from "../../parts/method-options.js";
import { Value } from "../../parts/value.js";
import type { Column } from "../../table/column.js";
import type { Picks } from "../compare/picks.js";
import type { ExperimentItem } from "./experiments-query.js";

/** The metrics in the table, in the order of a row's `values`. */
export const SHOWN_METRICS = METRICS.map(({ key }) => key);

/** Columns of a table of runs. `withStudy` false leaves out what all rows would share. */
export function experimentColumns(picks: Picks, withStudy: boolean): readonly Column<ExperimentItem>[] {
  const ofStudy: readonly Column<ExperimentItem>[] = [
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
          checked={picks.has(id)}
          onChange={() => picks.toggle(id)}
        />
      ),
    },
    ...(withStudy ? ofStudy : []),
    { key: "name", title: "Run", width: 130, sort: "NAME", cell: ({ name }) => name },
    { key: "method", title: "Method", width: 82, cell: ({ method }) => methodText(method) },
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
