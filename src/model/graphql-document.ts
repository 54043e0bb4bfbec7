import type { initGraphQLTada, TadaDocumentNode } from "gql.tada";
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
export const graphql = documentOf as TypedGraphQL;

/**
 * Parses an operation with a variable number of aliases, whose type cannot follow from its text. The caller states the
 * result's type in terms of the fragments, whose own types follow from the schema.
 *
 * @param source the operation's text, made of names that the program chose, never of user input
 * @param fragments documents of the fragments that `source` spreads
 */
export function aliasedDocument<Result, Variables>(
  source: string,
  fragments: readonly DocumentNode[],
): TadaDocumentNode<Result, Variables> {
  return documentOf(source, fragments);
}

/** Parses `source`, and adds each definition of the fragments once. */
function documentOf(source: string, fragments: readonly DocumentNode[] = []): DocumentNode {
  const definitions = new Set(fragments.flatMap((fragment) => fragment.definitions));
  return { kind: Kind.DOCUMENT, definitions: [...parse(source).definitions, ...definitions] };
}
