import { useMemo, useState } from "react";
import { usePagedRows } from "../../api/paged-rows.js";
import { Panel } from "../../parts/panel.js";
import { VirtualTable } from "../../table/virtual-table.js";
import type { Sorting } from "../../table/column.js";
import { CheckedRunsBar, useCheckedRuns } from "../compare/checked-runs.js";
import { experimentColumns, SHOWN_METRICS } from "../experiments/experiment-columns.js";
import { toExperimentOrder } from "../experiments/experiment-list-state.js";
import { ExperimentsQuery } from "../experiments/experiments-query.js";

const PAGE_SIZE = 500;

/** The table of the study's runs and their metrics. */
export function StudyRuns({ slug }: { readonly slug: string }) {
  const checkedRuns = useCheckedRuns();
  const columns = useMemo(() => experimentColumns(checkedRuns, false), [checkedRuns]);
  const [sorting, setSorting] = useState<Sorting>({ by: "RANK", direction: "ASC" });
  const runs = usePagedRows(
    ExperimentsQuery,
    {
      filter: { study: { slug: { equals: slug } } },
      metrics: SHOWN_METRICS,
      orderBy: toExperimentOrder(sorting),
    },
    { pageSize: PAGE_SIZE, pageOf: (result) => result.experimentRows },
  );
  return (
    <Panel
      title="Experiments"
      className="wide"
      result={runs}
      lines={8}
      csv={{ href: `/export/studies/${slug}/experiments.csv` }}
      controls={<CheckedRunsBar checkedRuns={checkedRuns} />}
    >
      {(data) => (
        <VirtualTable
          label="Experiments of this study"
          columns={columns}
          rows={data.rows}
          totalCount={data.totalCount}
          keyOf={({ id }) => id}
          sorting={sorting}
          onSort={setSorting}
          onVisible={runs.loadUntil}
          empty={<p>This study has no runs.</p>}
        />
      )}
    </Panel>
  );
}
