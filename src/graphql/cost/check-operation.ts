import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { failure } from "../../errors.js";
import type { Limits } from "../../model/limits.js";
import { queryCost, type QueryCost } from "./query-cost.js";
import { checkVariableDepth } from "./variable-depth.js";

/** A valid operation before its execution. */
export interface Operation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Returns the cost of an operation that is within the limits.
 *
 * @throws QUERY_TOO_LARGE, QUERY_TOO_EXPENSIVE
 */
export function checkOperation(
  schema: GraphQLSchema,
  { document, operation, variables }: Operation,
  limits: Limits,
): QueryCost {
  checkVariableDepth(variables);
  const cost = queryCost(schema, document, operation, variables);
  if (cost.points <= limits.cost) return cost;
  throw failure("QUERY_TOO_EXPENSIVE", {
    where: cost.mostExpensiveField,
    received: `an estimated ${cost.points} points, ${cost.mostExpensivePoints} of them there`,
    allowed: String(limits.cost),
    todo: "Ask for smaller pages (first:), for fewer weight-derived fields in lists, or in several requests; whole tables are downloads.",
  });
}
