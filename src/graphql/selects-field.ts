import { Kind, type GraphQLResolveInfo, type SelectionNode } from "graphql";

/**
 * Returns whether the query selects the field at `path` below the current field, also through fragments. The result can be
 * true for a field that @skip or @include excludes: use it to read ahead, not to decide on the response.
 */
export function selectsField({ fieldNodes, fragments }: GraphQLResolveInfo, ...path: readonly string[]): boolean {
  const selectionsOf = (nodes: readonly SelectionNode[], name: string): SelectionNode[] =>
    nodes.flatMap((node) => {
      if (node.kind === Kind.FIELD) return node.name.value === name ? (node.selectionSet?.selections ?? [node]) : [];
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value];
      return selectionsOf(fragment?.selectionSet.selections ?? [], name);
    });
  const start = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return path.reduce<readonly SelectionNode[]>(selectionsOf, start).length > 0;
}
