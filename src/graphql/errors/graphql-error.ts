import { GraphQLError } from "graphql";
import type { RankscopeError, ErrorCode } from "../../errors.js";

/** Wraps a failure as a GraphQL error. formatError reads its code. */
export function graphqlError(failure: RankscopeError): GraphQLError {
  return new GraphQLError(failure.message, { originalError: failure });
}

/** Wraps a failure as a GraphQL error that sets the HTTP status of the response. */
export function graphqlErrorWithStatus(failure: RankscopeError): GraphQLError {
  const status = httpStatus(failure.code);
  return new GraphQLError(failure.message, { originalError: failure, extensions: { http: { status } } });
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  HOST_NOT_ALLOWED: 403,
  ORIGIN_NOT_ALLOWED: 403,
  ARGUMENT_INVALID: 400,
  REQUEST_INVALID: 400,
  QUERY_TOO_LARGE: 400,
  QUERY_TOO_EXPENSIVE: 400,
  STUDY_NOT_FOUND: 404,
  NOT_SERVED: 404,
  TOO_MANY_REQUESTS: 429,
  QUOTA_EXCEEDED: 429,
  DEADLINE_EXCEEDED: 503,
  STATEMENT_TOO_SLOW: 503,
  QUEUE_FULL: 503,
  STUDY_BUSY: 503,
  DATABASE_UNREACHABLE: 503,
  DATABASE_EXHAUSTED: 503,
  PLOT_PENDING: 503,
  PLOT_QUEUE_FULL: 503,
};

/** Returns the HTTP status of a response that consists of this failure; 500 for internal errors. */
export function httpStatus(code: ErrorCode): number {
  return STATUS[code] ?? 500;
}
