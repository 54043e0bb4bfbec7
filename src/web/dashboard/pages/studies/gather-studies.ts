import type { VariablesOf } from "gql.tada";
import { eachPage } from "../../api/each-page.js";
import type { Gathering } from "../../parts/gathered-csv.js";
import type { MetricKey } from "../../parts/metrics.js";
import type { Cell } from "../../parts/save-file.js";
import { csvRows } from "../../table/column.js";
import { STUDIES_AT_ONCE, StudiesQuery } from "./studies-query.js";
import { studyColumns } from "./study-columns.js";
import { askSummaries } from "./summaries.js";

/** Which studies, and in which order. */
export type ListedStudies = Pick<VariablesOf<typeof StudiesQuery>, "filter" | "orderBy">;

/**
 * The list of studies as a CSV has it, the header first: every study that the filter lets through, with its summary, in the
 * list's order. A page and its summaries are asked for at a time.
 *
 * @throws as `ask` does: half a list would pass for a whole one
 */
export async function gatherStudies(
  listed: ListedStudies,
  metric: MetricKey,
  { signal, onProgress }: Gathering,
): Promise<readonly (readonly Cell[])[]> {
  const [header = []] = csvRows(studyColumns(NO_SUMMARIES, metric), []);
  const rows: (readonly Cell[])[] = [header];
  const pages = eachPage(StudiesQuery, listed, {
    ...{ pageSize: STUDIES_AT_ONCE, signal },
    pageOf: ({ studies }) => studies,
  });
  for await (const { nodes, totalCount } of pages) {
    if (nodes.length > 0) {
      const slugs = nodes.map(({ slug }) => slug);
      const summaries = await askSummaries(slugs, metric, signal);
      const columns = studyColumns({ of: (slug) => summaries.get(slug), error: null }, metric);
      rows.push(...csvRows(columns, nodes).slice(1));
    }
    onProgress({ done: rows.length - 1, total: totalCount });
  }
  return rows;
}

const NO_SUMMARIES = { of: () => undefined, error: null };
