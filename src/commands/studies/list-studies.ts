import type { GraphQLClient } from "../client/graphql-client.js";
import { studyFilter, type StudiesOptions } from "./list-options.js";
import { STUDIES, type ListedStudy, type StudiesPage } from "./studies-document.js";

/** The JSON of `rankscope studies`. */
export interface StudyList {
  /** Number of studies that match, listed or not. */
  readonly total: number;
  /** Whether some matching studies are not listed. */
  readonly truncated: boolean;
  readonly studies: readonly ListedStudy[];
}

/** The server's maximum page size. */
const PAGE_SIZE = 100;

/** Returns the studies that match the options, up to their limit, page by page. */
export async function listStudies(
  client: GraphQLClient,
  options: StudiesOptions,
  signal: AbortSignal,
): Promise<StudyList> {
  const studies: ListedStudy[] = [];
  const filter = studyFilter(options) ?? null;
  for (let after: string | null = null; ;) {
    const first = Math.min(PAGE_SIZE, options.limit - studies.length);
    const { studies: page }: { studies: StudiesPage } = await client.query(
      STUDIES,
      { filter, orderBy: options.sort, first, after },
      signal,
    );
    studies.push(...page.nodes);
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage || studies.length >= options.limit) {
      return { total: page.totalCount, truncated: studies.length < page.totalCount, studies };
    }
  }
}
