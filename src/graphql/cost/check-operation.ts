import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { failure } from "../../errors.js";
import type { Limits } from "../../model/limits.js";
import { queryCost, type QueryCost } from "./query-cost.js";

/** A valid operation before its execution. */
interface Operation {
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

/** Filters nest at most 12 deep, with a list and a condition each. Much deeper values would overflow the stack. */
const MAX_VARIABLE_DEPTH = 64;

/** Rejects variables that are nested too deep. Not recursive, so that it cannot overflow the stack. @throws QUERY_TOO_LARGE */
export function checkVariableDepth(variables: unknown): void {
  let level: unknown[] = [variables];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_VARIABLE_DEPTH) {
      throw failure("QUERY_TOO_LARGE", {
        where: "variables",
        received: `values more than ${MAX_VARIABLE_DEPTH} deep`,
        allowed: String(MAX_VARIABLE_DEPTH),
        todo: "Write the values side by side: lists take many.",
      });
    }
    level = level.flatMap((value): unknown[] =>
      typeof value === "object" && value !== null ? Object.values(value) : [],
    );
  }
}
