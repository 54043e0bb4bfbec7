import type { TadaDocumentNode } from "gql.tada";
import { print } from "graphql";
import { SignInRequiredError } from "./session.js";

const ENDPOINT = "/graphql";

interface GraphQLResponse<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly { readonly message: string }[];
}

/**
 * Sends an operation to the server that served the page.
 *
 * @throws SignInRequiredError without a valid session; an Error with the server's messages if any field failed, because a
 *   panel with half of its data would look complete
 */
export async function sendOperation<Result, Variables>(
  document: TadaDocumentNode<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json, application/json" },
    body: JSON.stringify({ query: print(document), variables }),
    ...(signal !== undefined && { signal }),
  }).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause;
    throw new Error("The server cannot be reached. Check that it is running, then try again.", { cause });
  });
  if (response.status === 401) throw new SignInRequiredError();
  const { data, errors = [] } = (await response.json().catch(() => ({}))) as GraphQLResponse<Result>;
  if (errors.length > 0) throw new Error([...new Set(errors.map(({ message }) => message))].join("\n"));
  if (data == null) {
    throw new Error(`The server returned status ${response.status} without data.`);
  }
  return data;
}
