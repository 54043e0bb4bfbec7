import { unwrapResolverError } from "@apollo/server/errors";
import type { GraphQLFormattedError } from "graphql";
import { UNFORESEEN } from "../../errors.js";
import type { Log } from "../../log.js";
import { databaseFailure } from "../../store/database-failure.js";
import { knownFailure } from "./known-failure.js";

/** Codes of errors that GraphQL itself finds in a request; their messages speak of the request only. */
const REQUEST_CODES = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "BAD_REQUEST",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
]);

/** What a client may see of an error: the catalogue's wording, GraphQL's own, or, of anything unforeseen, nothing but that it was logged. */
export function formatError(log: Log): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const { message, locations, path, extensions } = formatted;
    const place = { ...(locations && { locations }), ...(path && { path }) };
    const known = knownFailure(error);
    if (known !== undefined) return { message: known.message, ...place, extensions: { code: known.code } };
    if (REQUEST_CODES.has(String(extensions?.["code"])))
      return { message, ...place, extensions: { code: extensions?.["code"] } };
    const original = unwrapResolverError(error);
    const trouble = databaseFailure(original);
    if (trouble !== undefined) {
      log.warn({ err: original, path }, "the database failed a query");
      return { message: trouble.message, ...place, extensions: { code: trouble.code } };
    }
    log.error({ err: original, path }, "a query failed unexpectedly");
    return {
      message: UNFORESEEN,
      ...place,
      extensions: { code: "INTERNAL" },
    };
  };
}
