import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { TadaDocumentNode } from "gql.tada";
import { print } from "graphql";
import { ask } from "./ask.js";

/** An operation as it was sent: what the playground opens with. */
export interface Asked {
  readonly query: string;
  readonly variables: object;
}

/** What a panel knows of its operation. */
export interface Answer<Data> {
  /** The last answer, also while a newer one is on its way; undefined before the first. */
  readonly data: Data | undefined;
  /** Why the last asking failed; null where it did not. */
  readonly error: Error | null;
  /** Whether an answer is on its way. */
  readonly isBusy: boolean;
  readonly asked: Asked;
  /** Asks again. */
  retry(): void;
}

/**
 * Asks an operation and again whenever its variables change; an older request that is still running is aborted then.
 *
 * @param options.enabled false: not yet
 */
export function useAnswer<Data, Variables extends object>(
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  { enabled = true }: { readonly enabled?: boolean } = {},
): Answer<Data> {
  const text = print(document);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: [text, variables],
    queryFn: ({ signal }) => ask(document, variables, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
  return {
    data,
    error,
    isBusy: isFetching,
    asked: { query: text, variables },
    retry: () => void refetch(),
  };
}
