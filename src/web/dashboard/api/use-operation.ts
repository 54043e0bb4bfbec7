import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { TadaDocumentNode } from "gql.tada";
import { print } from "graphql";
import { sendOperation } from "./send-operation.js";

/** A sent operation, which the playground can open. */
interface SentOperation {
  readonly query: string;
  readonly variables: object;
}

/** The state of an operation and its result. */
export interface OperationResult<Data> {
  /** The latest result. It stays while a newer one is loading; it is undefined before the first. */
  readonly data: Data | undefined;
  /** The error of the latest request, or null. */
  readonly error: Error | null;
  /** Whether a request is running. */
  readonly isBusy: boolean;
  readonly operation: SentOperation;
  /** Sends the operation again. */
  retry(): void;
}

/**
 * Sends an operation, and sends it again whenever its variables change. A change aborts the request that is still running.
 *
 * @param options.enabled whether to send the operation; false postpones it
 */
export function useOperation<Data, Variables extends object>(
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  { enabled = true }: { readonly enabled?: boolean } = {},
): OperationResult<Data> {
  const text = print(document);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: [text, variables],
    queryFn: ({ signal }) => sendOperation(document, variables, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
  return {
    data,
    error,
    isBusy: isFetching,
    operation: { query: text, variables },
    retry: () => void refetch(),
  };
}
