import type { TadaDocumentNode } from "gql.tada";
import { ask } from "./ask.js";
import type { Page } from "./row-pages.js";

export interface PagesOf<Result, Row> {
  /** Rows asked for at once; the API has a most. */
  readonly pageSize: number;
  /** Where the page is in an answer. */
  readonly pageOf: (result: Result) => Page<Row>;
  readonly signal: AbortSignal;
}

/**
 * All pages of a list of the API, one after the other, each by the cursor of the one before.
 *
 * @param variables all but `first` and `after`
 * @throws as `ask` does; the signal's reason once it is aborted
 */
export async function* eachPage<Result, Variables extends { first: number; after?: string | null | undefined }, Row>(
  document: TadaDocumentNode<Result, Variables>,
  variables: Omit<Variables, "first" | "after">,
  { pageSize, pageOf, signal }: PagesOf<Result, Row>,
): AsyncGenerator<Page<Row>> {
  let after: string | null = null;
  let isLast = false;
  while (!isLast) {
    const asked = { ...variables, first: pageSize, after } as unknown as Variables;
    const page: Page<Row> = pageOf(await ask(document, asked, signal));
    yield page;
    ({ endCursor: after } = page.pageInfo);
    isLast = !page.pageInfo.hasNextPage;
  }
}
