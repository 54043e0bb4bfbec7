import { useMemo } from "react";
import { useRowPages } from "../../api/row-pages.js";
import { Panel } from "../../parts/panel.js";
import { useUrlState } from "../../parts/url-state.js";
import { counted } from "../../parts/words.js";
import { PageHead } from "../../shell/page-head.js";
import { VirtualTable } from "../../table/virtual-table.js";
import { PicksBar } from "../compare/picks-bar.js";
import { usePicks } from "../compare/picks.js";
import { experimentColumns, SHOWN_METRICS } from "./experiment-columns.js";
import { ExperimentFilters } from "./experiment-filters.js";
import { experimentFilterOf, experimentOrderOf, experimentSortingOf } from "./experiment-state.js";
import { ExperimentsQuery } from "./experiments-query.js";

/** One request's rows: a fast scroll to the end of 20,000 takes twenty. */
const PAGE_SIZE = 1000;

/** All runs of all studies: filtered and ordered by the server, as the address says. */
export function ExperimentsPage() {
  const [parameters, change] = useUrlState();
  const picks = usePicks();
  const columns = useMemo(() => experimentColumns(picks, true), [picks]);
  const [filter, sorting] = [experimentFilterOf(parameters), experimentSortingOf(parameters)];
  const experiments = useRowPages(
    ExperimentsQuery,
    { filter, metrics: SHOWN_METRICS, orderBy: experimentOrderOf(sorting) },
    { pageSize: PAGE_SIZE, pageOf: (result) => result.experimentRows },
  );
  const isFiltered = Object.keys(filter).length > 0;
  const { totalCount } = experiments.data ?? {};
  const file = new URLSearchParams({ filter: JSON.stringify(filter), metrics: SHOWN_METRICS.join(",") });
  return (
    <div className="page list-page">
      <PageHead title="Experiments">
        <p className="count" role="status">
          {totalCount !== undefined && `${counted(totalCount, "run")}${isFiltered ? " found" : ""}`}
        </p>
      </PageHead>
      <ExperimentFilters parameters={parameters} change={change} />
      <Panel
        title="Runs of all studies"
        className="list"
        lines={12}
        answer={experiments}
        csv={{ href: `/export/experiments.csv?${file.toString()}` }}
        controls={<PicksBar picks={picks} />}
      >
        {(data) => (
          <VirtualTable
            label="Runs of all studies"
            columns={columns}
            rows={data.rows}
            totalCount={data.totalCount}
            keyOf={({ id }) => id}
            sorting={sorting}
            onSort={({ by, direction }) => change({ sort: by, direction })}
            onNeed={experiments.need}
            empty={<p>{isFiltered ? "No run meets all of this." : "This server has no run yet."}</p>}
          />
        )}
      </Panel>
    </div>
  );
}
