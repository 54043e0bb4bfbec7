import { useMemo } from "react";
import { useRowPages } from "../../api/row-pages.js";
import { metricOf } from "../../parts/metrics.js";
import { Panel } from "../../parts/panel.js";
import { useUrlState } from "../../parts/url-state.js";
import { counted } from "../../parts/words.js";
import { PageHead } from "../../shell/page-head.js";
import { VirtualTable } from "../../table/virtual-table.js";
import { DegradationAcross } from "./degradation-across.js";
import { gatherStudies } from "./gather-studies.js";
import { filterOf, sortingOf } from "./list-state.js";
import { STUDIES_AT_ONCE, StudiesQuery } from "./studies-query.js";
import { studyColumns } from "./study-columns.js";
import { StudyFilters } from "./study-filters.js";
import { useSummaries } from "./summaries.js";

/** All studies of the store: searched, filtered and ordered by the server, as the address says. */
export function StudiesPage() {
  const [parameters, change] = useUrlState();
  const [filter, sorting] = [filterOf(parameters), sortingOf(parameters)];
  const metric = metricOf(parameters.get("metric")).key;
  const listed = { filter, orderBy: { field: sorting.by, direction: sorting.direction, metric } };
  const studies = useRowPages(StudiesQuery, listed, { pageSize: STUDIES_AT_ONCE, pageOf: (result) => result.studies });
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
            {totalCount !== undefined && `${counted(totalCount, "study", "studies")}${isFiltered ? " found" : ""}`}
          </p>
        </PageHead>
        <StudyFilters parameters={parameters} change={change} tags={tags} />
        <Panel
          title="List of studies"
          className="list"
          lines={12}
          answer={studies}
          links={hasStudies && <a href={`#${ACROSS}`}>Degradation across them</a>}
          csv={{ fileName: "studies.csv", gather: (gathering) => gatherStudies(listed, metric, gathering) }}
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
              onNeed={studies.need}
              empty={isFiltered ? <NothingFound onReset={() => change(NO_FILTER)} /> : <NoStudy />}
            />
          )}
        </Panel>
      </div>
      {hasStudies && (
        <div className="page" id={ACROSS} tabIndex={-1}>
          <DegradationAcross of={{ filter }} metric={metric} />
        </div>
      )}
    </>
  );
}

/** Where below the list, which takes the window, the picture of all its studies is. */
const ACROSS = "across";

const NO_FILTER = { q: null, model: null, tag: null, method: null, rank: null, min: null, max: null };

function NothingFound({ onReset }: { readonly onReset: () => void }) {
  return (
    <>
      <p>No study meets all of this.</p>
      <button type="button" onClick={onReset}>
        Show all studies
      </button>
    </>
  );
}

function NoStudy() {
  return (
    <>
      <p>This server has no study yet. Import a folder that your training runs wrote, then reload this page:</p>
      <pre>npm run rankscope -- import FOLDER</pre>
    </>
  );
}
