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
    received: `an estimated ${cost.points} points, ${cost.mostExpensivePoints} of them in this field`,
    allowed: String(limits.cost),
    fix: "Request smaller pages (first:) or fewer weight-derived fields in lists, or send several requests. Download whole tables from /export.",
  });
}

/** Filters nest up to 12 levels, with a list and a condition each. Much deeper values would overflow the stack. */
const MAX_VARIABLE_DEPTH = 64;

/** Rejects variables that are nested too deeply. It is not recursive, so that it cannot overflow the stack. @throws QUERY_TOO_LARGE */
export function checkVariableDepth(variables: unknown): void {
  let level: unknown[] = [variables];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_VARIABLE_DEPTH) {
      throw failure("QUERY_TOO_LARGE", {
        where: "variables",
        received: `values nested more than ${MAX_VARIABLE_DEPTH} levels deep`,
        allowed: `${MAX_VARIABLE_DEPTH} levels`,
        fix: "Put the values next to each other in one list.",
      });
    }
    level = level.flatMap((value): unknown[] =>
      typeof value === "object" && value !== null ? Object.values(value) : [],
    );
  }
}
