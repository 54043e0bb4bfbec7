import { Kind, type GraphQLResolveInfo, type SelectionNode } from "graphql";

/**
 * Whether the query asks for a field at `path` below the one that is resolved, through fragments too. It may say yes of a field
 * that @skip or @include leaves out: good for reading ahead, not for deciding what to answer.
 */
export function selects({ fieldNodes, fragments }: GraphQLResolveInfo, ...path: readonly string[]): boolean {
  const below = (nodes: readonly SelectionNode[], name: string): SelectionNode[] =>
    nodes.flatMap((node) => {
      if (node.kind === Kind.FIELD) return node.name.value === name ? (node.selectionSet?.selections ?? [node]) : [];
      const within = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value];
      return below(within?.selectionSet.selections ?? [], name);
    });
  const start = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return path.reduce<readonly SelectionNode[]>(below, start).length > 0;
}
