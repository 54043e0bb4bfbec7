import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { TadaDocumentNode } from "gql.tada";
import { print } from "graphql";
import { useCallback, useMemo } from "react";
import type { Answer } from "./answer.js";
import { ask } from "./ask.js";

/** A page of any list of the API. */
export interface Page<Row> {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly Row[];
}

/** The rows of a list that are loaded so far, from the first on. */
export interface RowPages<Row> {
  readonly rows: readonly Row[];
  /** Of the whole list, exact. */
  readonly totalCount: number;
}

/**
 * A list of the API, a page at a time, each by the cursor of the one before.
 *
 * @param variables all but `first` and `after`
 * @param pageOf where the page is in an answer
 * @returns the answer, and `need`: loads the page after the last unless the row of this index is there or on its way
 */
export function useRowPages<Result, Variables extends { first: number; after?: string | null | undefined }, Row>(
  document: TadaDocumentNode<Result, Variables>,
  variables: Omit<Variables, "first" | "after">,
  { pageSize, pageOf }: { readonly pageSize: number; readonly pageOf: (result: Result) => Page<Row> },
): Answer<RowPages<Row>> & { need(index: number): void } {
  const text = print(document);
  const of = (after: string | null) => ({ ...variables, first: pageSize, after }) as unknown as Variables;
  const { data, error, isFetching, hasNextPage, fetchNextPage, refetch, isPlaceholderData } = useInfiniteQuery({
    queryKey: [text, variables, pageSize],
    queryFn: async ({ pageParam, signal }) => pageOf(await ask(document, of(pageParam), signal)),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
    placeholderData: keepPreviousData,
  });
  const loaded = useMemo(
    () => data && { rows: data.pages.flatMap(({ nodes }) => nodes), totalCount: data.pages.at(-1)?.totalCount ?? 0 },
    [data],
  );
  const count = loaded?.rows.length ?? 0;
  const need = useCallback(
    (index: number) => {
      // After a failure the person decides: the panel's Retry asks again.
      if (index >= count && hasNextPage && !isFetching && !isPlaceholderData && error === null) void fetchNextPage();
    },
    [count, hasNextPage, isFetching, isPlaceholderData, error, fetchNextPage],
  );
  return {
    data: loaded,
    error,
    isBusy: isFetching,
    asked: { query: text, variables: of(null) },
    retry: () => void (hasNextPage && loaded !== undefined ? fetchNextPage() : refetch()),
    need,
  };
}
