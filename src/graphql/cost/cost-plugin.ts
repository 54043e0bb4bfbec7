import type { ApolloServerPlugin } from "@apollo/server";
import type { GraphQLSchema } from "graphql";
import { graphqlErrorWithStatus } from "../errors/graphql-error.js";
import { knownFailure } from "../errors/known-failure.js";
import type { Context } from "../context.js";
import type { Limits } from "../../model/limits.js";
import { checkOperation } from "./check-operation.js";
import type { QueryCost } from "./query-cost.js";

/**
 * Rejects operations that cost too much before they are executed. For a request with `"extensions": { "cost": true }`, the
 * response contains the cost as `extensions.cost`.
 */
export function costPlugin(schema: GraphQLSchema, limits: Limits): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () => {
      let cost: QueryCost | undefined;
      return Promise.resolve({
        didResolveOperation: ({ document, operation, request }) => {
          // Apollo rejects an operation that is not in the document.
          if (operation === undefined) return Promise.resolve();
          try {
            cost = checkOperation(schema, { document, operation, variables: request.variables ?? {} }, limits);
            return Promise.resolve();
          } catch (error) {
            return Promise.reject(withStatus(error));
          }
        },
        willSendResponse: ({ request, response: { body } }) => {
          if (cost !== undefined && request.extensions?.["cost"] === true && body.kind === "single") {
            const { points } = cost;
            body.singleResult.extensions = { ...body.singleResult.extensions, cost: { points, allowed: limits.cost } };
          }
          return Promise.resolve();
        },
      });
    },
  };
}

/** Returns an error with its HTTP status. Apollo would respond with 500 to an error of a plugin. */
function withStatus(error: unknown): Error {
  const known = knownFailure(error);
  if (known !== undefined) return graphqlErrorWithStatus(known);
  return error instanceof Error ? error : new Error(String(error));
}
