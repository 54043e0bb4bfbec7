import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { TadaDocumentNode } from "gql.tada";
import { print } from "graphql";
import { useCallback, useMemo } from "react";
import { sendOperation } from "./send-operation.js";
import type { OperationResult } from "./use-operation.js";

/** A page of a list of the API. */
export interface Page<Row> {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly Row[];
}

/** The loaded rows of a list, starting with its first row. */
interface PagedRows<Row> {
  readonly rows: readonly Row[];
  /** The exact number of rows of the whole list. */
  readonly totalCount: number;
}

/**
 * Loads a list of the API page by page, each with the cursor of the previous page.
 *
 * @param variables the variables other than `first` and `after`
 * @param pageOf returns the page in a result
 * @returns the rows, and `loadUntil`, which loads the next page unless the row at `index` is loaded or loading
 */
export function usePagedRows<Result, Variables extends { first: number; after?: string | null | undefined }, Row>(
  document: TadaDocumentNode<Result, Variables>,
  variables: Omit<Variables, "first" | "after">,
  { pageSize, pageOf }: { readonly pageSize: number; readonly pageOf: (result: Result) => Page<Row> },
): OperationResult<PagedRows<Row>> & { loadUntil(index: number): void } {
  const text = print(document);
  const variablesAfter = (after: string | null) => ({ ...variables, first: pageSize, after }) as unknown as Variables;
  const { data, error, isFetching, hasNextPage, fetchNextPage, refetch, isPlaceholderData } = useInfiniteQuery({
    queryKey: [text, variables, pageSize],
    queryFn: async ({ pageParam, signal }) => pageOf(await sendOperation(document, variablesAfter(pageParam), signal)),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
    placeholderData: keepPreviousData,
  });
  const loaded = useMemo(
    () =>
      data && {
        rows: data.pages.flatMap(({ nodes }) => nodes),
        totalCount: data.pages.at(-1)?.totalCount ?? 0,
      },
    [data],
  );
  const count = loaded?.rows.length ?? 0;
  const loadUntil = useCallback(
    (index: number) => {
      // After an error, only the panel's Retry button sends another request.
      if (index >= count && hasNextPage && !isFetching && !isPlaceholderData && error === null) void fetchNextPage();
    },
    [count, hasNextPage, isFetching, isPlaceholderData, error, fetchNextPage],
  );
  return {
    data: loaded,
    error,
    isBusy: isFetching,
    operation: { query: text, variables: variablesAfter(null) },
    retry: () => void (hasNextPage && loaded !== undefined ? fetchNextPage() : refetch()),
    loadUntil,
  };
}

interface PageOptions<Result, Row> {
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
