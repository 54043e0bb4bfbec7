import { GraphQLError } from "graphql";
import type { RankscopeError } from "../../errors.js";

/** Wraps a failure as a GraphQL error. formatError reads its code. */
export function graphqlError(failure: RankscopeError): GraphQLError {
  return new GraphQLError(failure.message, { originalError: failure });
}
