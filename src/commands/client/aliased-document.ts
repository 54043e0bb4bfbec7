import type { TadaDocumentNode } from "gql.tada";
import { Kind, parse, type DocumentNode } from "graphql";

/**
 * Builds an operation with a variable number of aliases, which has no static type. The caller states the result's type in terms
 * of the fragments, whose own types follow from the schema.
 *
 * @param source the operation's text, made of names that the program chose, never of user input
 * @param fragments documents of the fragments that `source` spreads
 */
export function aliasedDocument<Result, Variables>(
  source: string,
  fragments: readonly DocumentNode[],
): TadaDocumentNode<Result, Variables> {
  const definitions = fragments.flatMap((fragment) => fragment.definitions);
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [...parse(source).definitions, ...new Set(definitions)],
  };
  return document;
}
