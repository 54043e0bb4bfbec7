import type { Asker } from "../asker/asker.js";
import { studyFilter, type StudiesOptions } from "./list-options.js";

/** A study as `rankscope studies --json` gives it. */
export interface ListedStudy {
  readonly slug: string;
  readonly name: string;
  readonly baseModel: string | null;
  readonly tags: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly experiments: { readonly totalCount: number };
  readonly ranks: readonly {
    readonly r: number;
    /** Of training loss, percent; null with its reason. */
    readonly degradation: { readonly percent: number | null; readonly verdict: string; readonly reason: string | null };
  }[];
  readonly minimumViableRank: { readonly rank: number | null; readonly bound: string };
}

/** The JSON of `rankscope studies`. */
export interface StudyList {
  /** Studies that fit, listed or not. */
  readonly total: number;
  /** Whether some that fit are not listed. */
  readonly truncated: boolean;
  readonly studies: readonly ListedStudy[];
}

/** The server gives no larger page. */
const PAGE = 100;

interface Page {
  readonly totalCount: number;
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  readonly nodes: readonly ListedStudy[];
}

/** The studies that fit the options, page by page, up to their limit. */
export async function findStudies(asker: Asker, options: StudiesOptions, signal: AbortSignal): Promise<StudyList> {
  const studies: ListedStudy[] = [];
  let total = 0;
  for (let after: string | null = null; ;) {
    const first = Math.min(PAGE, options.limit - studies.length);
    const variables = { filter: studyFilter(options) ?? null, orderBy: options.sort, first, after };
    const { studies: page } = (await asker.ask(STUDIES, variables, signal)) as { studies: Page };
    studies.push(...page.nodes);
    total = page.totalCount;
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage || studies.length >= options.limit) break;
  }
  return { total, truncated: studies.length < total, studies };
}

const STUDIES = `query Studies($filter: StudyFilter, $orderBy: StudyOrder, $first: Int!, $after: String) {
  studies(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount
    pageInfo { endCursor hasNextPage }
    nodes {
      slug name baseModel tags createdAt updatedAt
      experiments(first: 1) { totalCount }
      ranks { r degradation { percent verdict reason } }
      minimumViableRank { rank bound }
    }
  }
}`;
