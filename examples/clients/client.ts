import { initGraphQLTada, type TadaDocumentNode } from "gql.tada";
import { print } from "graphql";
import type { introspection } from "../../schema/graphql-env.js";

/** Parses queries that are typed by schema/schema.graphql: an unknown or misspelt field does not compile. */
export const graphql = initGraphQLTada<{ introspection: introspection; scalars: { DateTimeISO: string } }>();

/** Returns a client of the server at `url`, such as `http://127.0.0.1:4000/`. Each result has the type of its query. */
export function client(url: string) {
  return async <Result, Variables>(
    query: TadaDocumentNode<Result, Variables>,
    variables: Variables,
  ): Promise<Result> => {
    const response = await fetch(new URL("graphql", url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: print(query), variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Result; errors?: { message: string }[] };
    if (errors !== undefined || data === undefined) throw new Error(errors?.map(({ message }) => message).join("\n"));
    return data;
  };
}
