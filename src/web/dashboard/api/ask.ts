import type { TadaDocumentNode } from "gql.tada";
import { print } from "graphql";
import { SignInNeeded } from "./session.js";

const ENDPOINT = "/graphql";

interface GraphQLAnswer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly { readonly message: string }[];
}

/**
 * Sends an operation to the server that the page came from.
 *
 * @throws SignInNeeded; the server's own messages, also where only a part of the answer failed: half a panel would pass for a whole one
 */
export async function ask<Result, Variables>(
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
    throw new Error("The server does not answer. Check that it runs, then try again.", { cause });
  });
  if (response.status === 401) throw new SignInNeeded();
  const answer = (await response.json().catch(() => ({}))) as GraphQLAnswer<Result>;
  if (answer.errors !== undefined && answer.errors.length > 0) {
    throw new Error([...new Set(answer.errors.map(({ message }) => message))].join("\n"));
  }
  if (answer.data == null) {
    throw new Error(`The server answered with status ${response.status} and no data.`);
  }
  return answer.data;
}
