import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  isListType,
  isObjectType,
  Kind,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { PRICES, USUAL } from "./prices.js";

export interface QueryCost {
  readonly points: number;
  /** The field of the operation that costs most, by the name it has in the answer. */
  readonly mostBy: string | undefined;
  readonly mostPoints: number;
}

/**
 * Estimates what an operation costs, in points: see prices.ts. A field costs its own points and, for each value it is expected
 * to have, what is selected of it. The operation must be valid.
 */
export function queryCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): QueryCost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: 1,
  });
  // The operation will be refused for them before anything is read.
  if (errors !== undefined) return { points: 0, mostBy: undefined, mostPoints: 0 };
  // A fragment costs the same wherever it is spread on a page of one size.
  const known = new Map<string, number>();

  function ofSelections(
    { selections }: SelectionSetNode,
    type: GraphQLObjectType,
    page: number,
    each?: (name: string, points: number) => void,
  ): number {
    let points = 0;
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        const cost = ofField(node, type, page);
        each?.(node.alias?.value ?? node.name.value, cost);
        points += cost;
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        points += ofSelections(node.selectionSet, typeOf(node.typeCondition, type), page, each);
      } else {
        const fragment = fragments.get(node.name.value);
        if (fragment === undefined) continue;
        const key = `${page} ${node.name.value}`;
        const cost =
          each === undefined
            ? (known.get(key) ?? ofSelections(fragment.selectionSet, typeOf(fragment.typeCondition, type), page))
            : ofSelections(fragment.selectionSet, typeOf(fragment.typeCondition, type), page, each);
        known.set(key, cost);
        points += cost;
      }
    }
    return points;
  }

  function ofField(node: FieldNode, parent: GraphQLObjectType, page: number): number {
    const field = parent.getFields()[node.name.value];
    // What introspects is small and bounded by rules of its own.
    if (field === undefined) return 1;
    const args = argumentsOf(field, node);
    const price = PRICES[`${parent.name}.${field.name}`];
    const type = getNamedType(field.type);
    const isList = isListType(getNullableType(field.type));
    const isPage = page > 0 && (field.name === "nodes" || field.name === "edges");
    const times = price?.times?.(args) ?? (isPage ? page : isList && isObjectType(type) ? USUAL.other : 1);
    const inside =
      node.selectionSet === undefined || !isObjectType(type)
        ? 1
        : 1 + ofSelections(node.selectionSet, type, typeof args["first"] === "number" ? Math.max(0, args["first"]) : 0);
    return (price?.points?.(args) ?? 0) + times * inside;
  }

  /** A field whose arguments cannot be had is refused when it is its turn. */
  function argumentsOf(field: Parameters<typeof getArgumentValues>[0], node: FieldNode): Record<string, unknown> {
    try {
      return getArgumentValues(field, node, coerced);
    } catch {
      return {};
    }
  }

  function typeOf(condition: FragmentDefinitionNode["typeCondition"] | undefined, outer: GraphQLObjectType) {
    const type = condition === undefined ? outer : typeFromAST(schema, condition);
    return isObjectType(type) ? type : outer;
  }

  const root = schema.getRootType(operation.operation);
  let [mostBy, mostPoints]: [string | undefined, number] = [undefined, 0];
  const points =
    root == null
      ? 0
      : ofSelections(operation.selectionSet, root, 0, (name, cost) => {
          if (cost > mostPoints) [mostBy, mostPoints] = [name, cost];
        });
  return { points: Math.ceil(points), mostBy, mostPoints: Math.ceil(mostPoints) };
}
