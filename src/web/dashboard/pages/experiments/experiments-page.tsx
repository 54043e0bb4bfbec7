import { useMemo } from "react";
import { usePagedRows } from "../../api/paged-rows.js";
import { Panel } from "../../parts/panel.js";
import { useUrlState } from "../../parts/url-parameters.js";
import { pluralize } from "../../parts/text.js";
import { PageHead } from "../../shell/page-head.js";
import { VirtualTable } from "../../table/virtual-table.js";
import { CheckedRunsBar, useCheckedRuns } from "../compare/checked-runs.js";
import { experimentColumns, SHOWN_METRICS } from "./experiment-columns.js";
import { ExperimentFilters } from "./experiment-filters.js";
import { readExperimentFilter, toExperimentOrder, readExperimentSorting } from "./experiment-list-state.js";
import { ExperimentsQuery } from "./experiments-query.js";

/** Rows per request: loading 20,000 rows takes 20 requests. */
const PAGE_SIZE = 1000;

/** The page with the runs of all studies. The URL holds the filters and the order; the server applies them. */
export function ExperimentsPage() {
  const [parameters, change] = useUrlState();
  const checkedRuns = useCheckedRuns();
  const columns = useMemo(() => experimentColumns(checkedRuns, true), [checkedRuns]);
  const filter = readExperimentFilter(parameters);
  const sorting = readExperimentSorting(parameters);
  const experiments = usePagedRows(
    ExperimentsQuery,
    { filter, metrics: SHOWN_METRICS, orderBy: toExperimentOrder(sorting) },
    { pageSize: PAGE_SIZE, pageOf: (result) => result.experimentRows },
  );
  const isFiltered = Object.keys(filter).length > 0;
  const { totalCount } = experiments.data ?? {};
  const exportParameters = new URLSearchParams({ filter: JSON.stringify(filter), metrics: SHOWN_METRICS.join(",") });
  return (
    <div className="page list-page">
      <PageHead title="Experiments">
        <p className="count" role="status">
          {totalCount !== undefined && `${pluralize(totalCount, "run")}${isFiltered ? " found" : ""}`}
        </p>
      </PageHead>
      <ExperimentFilters parameters={parameters} change={change} />
      <Panel
        title="Runs of all studies"
        className="list"
        lines={12}
        result={experiments}
        csv={{ href: `/export/experiments.csv?${exportParameters.toString()}` }}
        controls={<CheckedRunsBar checkedRuns={checkedRuns} />}
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
            onVisible={experiments.loadUntil}
            empty={<p>{isFiltered ? "No run matches the filters." : "This server has no run yet."}</p>}
          />
        )}
      </Panel>
    </div>
  );
}
