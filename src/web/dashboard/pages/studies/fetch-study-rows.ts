import type { VariablesOf } from "gql.tada";
import { fetchPages } from "../../api/paged-rows.js";
import type { FetchRowsOptions, CsvCell } from "../../parts/csv-link.js";
import type { MetricKey } from "../../parts/metrics.js";
import { csvRows } from "../../table/column.js";
import { MAX_STUDIES_PER_REQUEST, StudiesQuery } from "./studies-query.js";
import { studyColumns } from "./study-columns.js";
import { fetchSummaries } from "./study-summaries.js";

/** The filter and the order of the list of studies. */
type StudyListVariables = Pick<VariablesOf<typeof StudiesQuery>, "filter" | "orderBy">;

/**
 * Fetches the rows of the studies' CSV file: every study that matches the filter, with its summary, in the order of the list.
 * The first row is the header. Fetches one page and its summaries at a time.
 *
 * @throws the errors of `sendOperation`, because half of a list would look complete
 */
export async function fetchStudyRows(
  variables: StudyListVariables,
  metric: MetricKey,
  { signal, onProgress }: FetchRowsOptions,
): Promise<readonly (readonly CsvCell[])[]> {
  const [header = []] = csvRows(studyColumns(NO_SUMMARIES, metric), []);
  const rows: (readonly CsvCell[])[] = [header];
  const pages = fetchPages(StudiesQuery, variables, {
    pageSize: MAX_STUDIES_PER_REQUEST,
    signal,
    pageOf: ({ studies }) => studies,
  });
  for await (const { nodes, totalCount } of pages) {
    if (nodes.length > 0) {
      const slugs = nodes.map(({ slug }) => slug);
      const summaries = await fetchSummaries(slugs, metric, signal);
      const columns = studyColumns({ get: (slug) => summaries.get(slug), error: null }, metric);
      for (const row of csvRows(columns, nodes).slice(1)) rows.push(row);
    }
    onProgress({ done: rows.length - 1, total: totalCount });
  }
  return rows;
}

const NO_SUMMARIES = { get: () => undefined, error: null };
