import type { initGraphQLTada } from "gql.tada";
import { Kind, parse, type DocumentNode } from "graphql";
import type { introspection } from "../../schema/graphql-env.js";

/** Scalars as the program's own operations receive them: DateTimeISO is serialized, JSON is any value. */
interface Setup {
  introspection: introspection;
  scalars: { DateTimeISO: string };
  disableMasking: true;
}

type TypedGraphQL = ReturnType<typeof initGraphQLTada<Setup>>;

/**
 * Parses an operation or fragment of the server's own schema. The result type and the variables follow from the text and
 * schema/schema.graphql, so that a misspelt field does not compile. gql.tada supplies the types; graphql parses at run time.
 *
 * @param source the text of one operation or fragment
 * @param fragments documents of the fragments that `source` spreads
 */
export const graphql = ((source: string, fragments: readonly DocumentNode[] = []): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [...parse(source).definitions, ...new Set(fragments.flatMap(({ definitions }) => definitions))],
})) as TypedGraphQL;
