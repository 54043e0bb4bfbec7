import type { TadaDocumentNode } from "gql.tada";
import { sendOperation } from "./send-operation.js";
import type { Page } from "./use-paged-rows.js";

export interface PageOptions<Result, Row> {
  /** Rows per request. The API has a maximum. */
  readonly pageSize: number;
  /** Returns the page in a result. */
  readonly pageOf: (result: Result) => Page<Row>;
  readonly signal: AbortSignal;
}

/**
 * Fetches all pages of a list one after the other, each with the cursor of the previous page.
 *
 * @param variables the variables other than `first` and `after`
 * @throws the errors of `sendOperation`; the signal's reason after it is aborted
 */
export async function* fetchPages<Result, Variables extends { first: number; after?: string | null | undefined }, Row>(
  document: TadaDocumentNode<Result, Variables>,
  variables: Omit<Variables, "first" | "after">,
  { pageSize, pageOf, signal }: PageOptions<Result, Row>,
): AsyncGenerator<Page<Row>> {
  let after: string | null = null;
  let isLast = false;
  while (!isLast) {
    const pageVariables = { ...variables, first: pageSize, after } as unknown as Variables;
    const page: Page<Row> = pageOf(await sendOperation(document, pageVariables, signal));
    yield page;
    ({ endCursor: after } = page.pageInfo);
    isLast = !page.pageInfo.hasNextPage;
  }
}
