import {
  getOperationAST,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  type OperationTypeNode,
} from "graphql";
import { failure } from "../../errors.js";
import { checkOperation } from "../../graphql/cost/check-operation.js";
import { documentLimits } from "../../graphql/cost/document-limits.js";
import { graphqlError } from "../../graphql/errors/graphql-error.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import type { Limits } from "../../model/limits.js";

/** The message of a client that starts an operation over a WebSocket. */
interface Payload {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

/** Why an operation is not executed. */
interface RejectedPayload {
  readonly errors: readonly GraphQLError[];
  /** The type of the operation; undefined if it is unknown. */
  readonly type?: OperationTypeNode;
}

/**
 * Checks an operation over a WebSocket as Apollo checks one over HTTP, because graphql-ws does not apply Apollo's limits.
 *
 * @param running the operations of the socket, including this one
 * @returns the arguments of its execution, or why it is rejected
 */
export function checkPayload(
  schema: GraphQLSchema,
  running: Readonly<Record<string, unknown>>,
  { query, operationName, variables }: Payload,
  limits: Limits,
): Omit<ExecutionArgs, "contextValue"> | RejectedPayload {
  const count = Object.keys(running).length;
  if (count > limits.subscriptionsEach) {
    const error = failure("TOO_MANY_REQUESTS", {
      received: `${count} operations on one WebSocket`,
      allowed: String(limits.subscriptionsEach),
    });
    return { errors: [graphqlError(error)] };
  }
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    return { errors: [withCode(error as GraphQLError, "GRAPHQL_PARSE_FAILED")] };
  }
  const errors = validate(schema, document, [documentLimits(limits), ...specifiedRules]);
  if (errors.length > 0) return { errors: errors.map((error) => withCode(error, "GRAPHQL_VALIDATION_FAILED")) };
  const operation = getOperationAST(document, operationName);
  if (operation == null) {
    return { errors: [withCode(new GraphQLError("Unknown operation."), "OPERATION_RESOLUTION_FAILURE")] };
  }
  try {
    checkOperation(schema, { document, operation, variables: variables ?? {} }, limits);
  } catch (error) {
    const known = knownFailure(error);
    if (known === undefined) throw error;
    return { errors: [graphqlError(known)], type: operation.operation };
  }
  return { schema, document, operationName: operationName ?? null, variableValues: variables ?? null };
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes = null, source = null, positions = null, originalError = null } = error;
  return new GraphQLError(message, { nodes, source, positions, originalError, extensions: { code } });
}
