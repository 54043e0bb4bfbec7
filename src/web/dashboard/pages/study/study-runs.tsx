import { useMemo, useState } from "react";
import { useRowPages } from "../../api/row-pages.js";
import { Panel } from "../../parts/panel.js";
import { VirtualTable } from "../../table/virtual-table.js";
import type { Sorting } from "../../table/column.js";
import { PicksBar } from "../compare/picks-bar.js";
import { usePicks } from "../compare/picks.js";
import { experimentColumns, SHOWN_METRICS } from "../experiments/experiment-columns.js";
import { experimentOrderOf } from "../experiments/experiment-state.js";
import { ExperimentsQuery } from "../experiments/experiments-query.js";

const PAGE_SIZE = 500;

/** The study's runs with what they measured. */
export function StudyRuns({ slug }: { readonly slug: string }) {
  const picks = usePicks();
  const columns = useMemo(() => experimentColumns(picks, false), [picks]);
  const [sorting, setSorting] = useState<Sorting>({ by: "RANK", direction: "ASC" });
  const runs = useRowPages(
    ExperimentsQuery,
    {
      filter: { study: { slug: { equals: slug } } },
      metrics: SHOWN_METRICS,
      orderBy: experimentOrderOf(sorting),
    },
    { pageSize: PAGE_SIZE, pageOf: (result) => result.experimentRows },
  );
  return (
    <Panel
      title="Experiments"
      className="wide"
      answer={runs}
      lines={8}
      csv={{ href: `/export/studies/${slug}/experiments.csv` }}
      controls={<PicksBar picks={picks} />}
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
          onNeed={runs.need}
          empty={<p>This study has no run.</p>}
        />
      )}
    </Panel>
  );
}
