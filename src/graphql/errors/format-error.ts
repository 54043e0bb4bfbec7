import { unwrapResolverError } from "@apollo/server/errors";
import type { GraphQLFormattedError } from "graphql";
import { UNFORESEEN } from "../../errors.js";
import type { Log } from "../../log.js";
import { databaseFailure } from "../../store/database-failure.js";
import { knownFailure } from "./known-failure.js";

/** Codes of GraphQL's own errors. Their messages contain nothing but parts of the request. */
const REQUEST_CODES = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "BAD_REQUEST",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
]);

/**
 * Returns the function that formats errors for clients. Errors of the catalogue and GraphQL's own keep their messages.
 * Unexpected errors are logged, and the client gets a general message.
 */
export function formatError(log: Log): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const { message, locations, path, extensions } = formatted;
    const position = { ...(locations && { locations }), ...(path && { path }) };
    const known = knownFailure(error);
    if (known !== undefined) return { message: known.message, ...position, extensions: { code: known.code } };
    const code = extensions?.["code"];
    const isRequestError = REQUEST_CODES.has(String(code)) && !isStackOverflow(error);
    if (isRequestError) return { message, ...position, extensions: { code } };
    const original = unwrapResolverError(error);
    const trouble = databaseFailure(original);
    if (trouble !== undefined) {
      log.warn({ err: original, path }, "a database error failed a query");
      return { message: trouble.message, ...position, extensions: { code: trouble.code } };
    }
    log.error({ err: original, path }, "a query failed unexpectedly");
    return { message: UNFORESEEN, ...position, extensions: { code: "INTERNAL" } };
  };
}

/** The parser and the validation wrap a stack overflow as an error of the request, with its message. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof Error && error.message.includes("Maximum call stack size exceeded");
}
