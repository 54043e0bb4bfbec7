import {
  getOperationAST,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
} from "graphql";
import { failure } from "../../errors.js";
import { graphqlError } from "../graphql-error.js";
import { knownFailure } from "../known-failure.js";
import type { Limits } from "../limits.js";
import { checkOperation } from "./check-operation.js";
import { documentLimits } from "./document-limits.js";

/** What a client sends to start an operation over a WebSocket. */
interface Payload {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

/**
 * Checks an operation over a WebSocket as Apollo checks one over HTTP: it has none of Apollo's limits.
 *
 * @param running the operations of the socket, this one among them
 * @returns what to execute, or why not
 */
export function checkPayload(
  schema: GraphQLSchema,
  running: Readonly<Record<string, unknown>>,
  { query, operationName, variables }: Payload,
  limits: Limits,
): Omit<ExecutionArgs, "contextValue"> | readonly GraphQLError[] {
  const count = Object.keys(running).length;
  if (count > limits.subscriptionsEach) {
    return [
      graphqlError(
        failure("TOO_MANY_REQUESTS", {
          received: `${count} operations on one WebSocket`,
          allowed: String(limits.subscriptionsEach),
        }),
      ),
    ];
  }
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    return [withCode(error as GraphQLError, "GRAPHQL_PARSE_FAILED")];
  }
  const found = validate(schema, document, [documentLimits(limits), ...specifiedRules]);
  if (found.length > 0) return found.map((error) => withCode(error, "GRAPHQL_VALIDATION_FAILED"));
  const operation = getOperationAST(document, operationName);
  if (operation == null) return [withCode(new GraphQLError("Unknown operation."), "OPERATION_RESOLUTION_FAILURE")];
  try {
    checkOperation(schema, { document, operation, variables: variables ?? {} }, limits);
  } catch (error) {
    const known = knownFailure(error);
    if (known === undefined) throw error;
    return [graphqlError(known)];
  }
  return { schema, document, operationName: operationName ?? null, variableValues: variables ?? null };
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes = null, source = null, positions = null, originalError = null } = error;
  return new GraphQLError(message, { nodes, source, positions, originalError, extensions: { code } });
}
