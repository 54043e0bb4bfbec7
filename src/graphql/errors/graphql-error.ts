import { GraphQLError } from "graphql";
import type { RankscopeError } from "../../errors.js";

/** A failure as GraphQL gives it to a client; formatError finds its code again. */
export function graphqlError(failure: RankscopeError): GraphQLError {
  return new GraphQLError(failure.message, { originalError: failure });
}
