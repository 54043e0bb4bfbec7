import { useMemo } from "react";
import { usePagedRows } from "../../api/paged-rows.js";
import { metricOf } from "../../parts/metrics.js";
import { Panel } from "../../parts/panel.js";
import { useUrlState } from "../../parts/url-parameters.js";
import { pluralize } from "../../parts/text.js";
import { PageHead } from "../../shell/page-head.js";
import { VirtualTable } from "../../table/virtual-table.js";
import { DegradationAcross } from "./degradation-across.js";
import { fetchStudyRows } from "./fetch-study-rows.js";
import { readStudyFilter, readStudySorting } from "./study-list-state.js";
import { MAX_STUDIES_PER_REQUEST, StudiesQuery } from "./studies-query.js";
import { studyColumns } from "./study-columns.js";
import { StudyFilters } from "./study-filters.js";
import { useSummaries } from "./study-summaries.js";

/** The page with all studies. The URL holds the search, the filters and the order; the server applies them. */
export function StudiesPage() {
  const [parameters, change] = useUrlState();
  const filter = readStudyFilter(parameters);
  const sorting = readStudySorting(parameters);
  const metric = metricOf(parameters.get("metric")).key;
  const variables = { filter, orderBy: { field: sorting.by, direction: sorting.direction, metric } };
  const studies = usePagedRows(StudiesQuery, variables, {
    pageSize: MAX_STUDIES_PER_REQUEST,
    pageOf: (result) => result.studies,
  });
  const rows = studies.data?.rows ?? [];
  const summaries = useSummaries(
    rows.map(({ slug }) => slug),
    metric,
  );
  const tags = useMemo(() => [...new Set(rows.flatMap((row) => row.tags))].sort(), [rows]);
  const columns = useMemo(() => studyColumns(summaries, metric), [summaries, metric]);
  const isFiltered = Object.keys(filter).length > 0;
  const { totalCount } = studies.data ?? {};
  const hasStudies = totalCount !== undefined && totalCount > 0;
  return (
    <>
      <div className="page list-page">
        <PageHead title="Studies">
          <p className="count" role="status">
            {totalCount !== undefined && `${pluralize(totalCount, "study", "studies")}${isFiltered ? " found" : ""}`}
          </p>
        </PageHead>
        <StudyFilters parameters={parameters} change={change} tags={tags} />
        <Panel
          title="List of studies"
          className="list"
          lines={12}
          result={studies}
          links={hasStudies && <a href={`#${ACROSS_ID}`}>Degradation across studies</a>}
          csv={{ fileName: "studies.csv", fetchRows: (options) => fetchStudyRows(variables, metric, options) }}
        >
          {(data) => (
            <VirtualTable
              label="Studies"
              columns={columns}
              rows={data.rows}
              totalCount={data.totalCount}
              keyOf={({ slug }) => slug}
              sorting={sorting}
              onSort={({ by, direction }) => change({ sort: by, direction })}
              onVisible={studies.loadUntil}
              empty={isFiltered ? <NoMatch onReset={() => change(CLEARED_FILTERS)} /> : <NoStudy />}
            />
          )}
        </Panel>
      </div>
      {hasStudies && (
        <div className="page" id={ACROSS_ID} tabIndex={-1}>
          <DegradationAcross studies={{ filter }} metric={metric} />
        </div>
      )}
    </>
  );
}

/** The id of the plot below the list, which fills the window. */
const ACROSS_ID = "across";

const CLEARED_FILTERS = { q: null, model: null, tag: null, method: null, rank: null, min: null, max: null };

function NoMatch({ onReset }: { readonly onReset: () => void }) {
  return (
    <>
      <p>No study matches the filters.</p>
      <button type="button" onClick={onReset}>
        Show all studies
      </button>
    </>
  );
}

function NoStudy() {
  return (
    <>
      <p>This server has no study yet. Import the output folder of your training runs, then reload this page:</p>
      <pre>npm run rankscope -- import FOLDER</pre>
    </>
  );
}
