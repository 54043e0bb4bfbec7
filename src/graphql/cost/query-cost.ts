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
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from "graphql";
import { amountFor, priceOf, type Arguments } from "./costs.js";
import { EXPECTED } from "./estimates.js";
import { fragmentsOf } from "./measure-document.js";

export interface QueryCost {
  readonly points: number;
  /** The response name of the most expensive root field. */
  readonly mostExpensiveField: string | undefined;
  /** The points of that field. */
  readonly mostExpensivePoints: number;
}

const FREE: QueryCost = { points: 0, mostExpensiveField: undefined, mostExpensivePoints: 0 };

/**
 * Estimates the cost of a valid operation in points (see Price). A field costs its own points and, for each value that it is
 * expected to have, one point and the cost of its selections.
 */
export function queryCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): QueryCost {
  const definitions = operation.variableDefinitions ?? [];
  const { coerced, errors } = getVariableValues(schema, definitions, variables, { maxErrors: 1 });
  const root = schema.getRootType(operation.operation);
  // Invalid variables make the execution fail before it reads anything.
  if (errors !== undefined || root == null) return FREE;
  return new CostEstimate(schema, fragmentsOf(document), coerced).ofOperation(operation, root);
}

/** A field of the operation itself and its points. */
interface RootCost {
  readonly name: string;
  readonly points: number;
}

/** The estimate of one operation. `pageSize` is the `first` of the page around the selections; 0 outside of pages. */
class CostEstimate {
  /** Points by page size and fragment: a fragment costs the same wherever it is spread in pages of one size. */
  readonly #fragmentPoints = new Map<string, number>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  ofOperation({ selectionSet }: OperationDefinitionNode, root: GraphQLObjectType): QueryCost {
    const costs = this.#rootCosts(selectionSet.selections, root);
    let mostExpensive: RootCost | undefined;
    let points = 0;
    for (const cost of costs) {
      points += cost.points;
      if (cost.points > (mostExpensive?.points ?? 0)) mostExpensive = cost;
    }
    return {
      points: Math.ceil(points),
      mostExpensiveField: mostExpensive?.name,
      mostExpensivePoints: Math.ceil(mostExpensive?.points ?? 0),
    };
  }

  /** Returns the root fields, with fragments expanded: each is a part of the cost that an error message can name. */
  #rootCosts(selections: readonly SelectionNode[], root: GraphQLObjectType): RootCost[] {
    return selections.flatMap((node) => {
      if (node.kind === Kind.FIELD) {
        return [{ name: node.alias?.value ?? node.name.value, points: this.#ofField(node, root, 0) }];
      }
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(node.name.value) : node;
      if (fragment === undefined) return [];
      return this.#rootCosts(fragment.selectionSet.selections, this.#typeOf(fragment.typeCondition, root));
    });
  }

  #ofSelections(selections: readonly SelectionNode[], type: GraphQLObjectType, pageSize: number): number {
    return selections.reduce((points, node) => points + this.#ofSelection(node, type, pageSize), 0);
  }

  #ofSelection(node: SelectionNode, type: GraphQLObjectType, pageSize: number): number {
    switch (node.kind) {
      case Kind.FIELD:
        return this.#ofField(node, type, pageSize);
      case Kind.INLINE_FRAGMENT: {
        const { selectionSet, typeCondition } = node;
        return this.#ofSelections(selectionSet.selections, this.#typeOf(typeCondition, type), pageSize);
      }
      case Kind.FRAGMENT_SPREAD:
        return this.#ofFragment(node.name.value, type, pageSize);
    }
  }

  #ofFragment(name: string, type: GraphQLObjectType, pageSize: number): number {
    const fragment = this.fragments.get(name);
    if (fragment === undefined) return 0;
    const key = `${pageSize} ${name}`;
    const known = this.#fragmentPoints.get(key);
    if (known !== undefined) return known;
    const inner = this.#typeOf(fragment.typeCondition, type);
    const points = this.#ofSelections(fragment.selectionSet.selections, inner, pageSize);
    this.#fragmentPoints.set(key, points);
    return points;
  }

  #ofField(node: FieldNode, parent: GraphQLObjectType, pageSize: number): number {
    const field = parent.getFields()[node.name.value];
    // Introspection fields are cheap, and graphql-js limits them.
    if (field === undefined) return 1;
    const args = this.#argumentsOf(field, node);
    const price = priceOf(field);
    const items = amountFor(price?.items, args) ?? expectedItems(field, pageSize);
    return (amountFor(price?.points, args) ?? 0) + items * this.#ofValue(field, node, args);
  }

  /** Returns one point for a value of the field plus the points of its selections. */
  #ofValue(field: GraphQLField<unknown, unknown>, { selectionSet }: FieldNode, args: Arguments): number {
    const type = getNamedType(field.type);
    if (selectionSet === undefined || !isObjectType(type)) return 1;
    const pageSize = typeof args["first"] === "number" ? Math.max(0, args["first"]) : 0;
    return 1 + this.#ofSelections(selectionSet.selections, type, pageSize);
  }

  /** Returns no arguments if they are invalid: the execution rejects the field when it reaches it. */
  #argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Arguments {
    try {
      return getArgumentValues(field, node, this.variables);
    } catch {
      return {};
    }
  }

  #typeOf(condition: NamedTypeNode | undefined, outer: GraphQLObjectType): GraphQLObjectType {
    const type = condition === undefined ? outer : typeFromAST(this.schema, condition);
    return isObjectType(type) ? type : outer;
  }
}

/** Returns the expected number of values of a field without a price for its items. */
function expectedItems({ name, type }: GraphQLField<unknown, unknown>, pageSize: number): number {
  if (pageSize > 0 && (name === "nodes" || name === "edges")) return pageSize;
  const isListOfObjects = isListType(getNullableType(type)) && isObjectType(getNamedType(type));
  return isListOfObjects ? EXPECTED.items : 1;
}
