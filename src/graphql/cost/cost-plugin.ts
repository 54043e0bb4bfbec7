import type { ApolloServerPlugin } from "@apollo/server";
import { GraphQLError, type GraphQLSchema } from "graphql";
import { httpStatus } from "../errors/http-status.js";
import { knownFailure } from "../errors/known-failure.js";
import type { Context } from "../context.js";
import type { Limits } from "../../model/limits.js";
import { checkOperation } from "./check-operation.js";
import type { QueryCost } from "./query-cost.js";

/**
 * Refuses what costs too much before it is run. Whoever sends `"extensions": { "cost": true }` with a query is told what it
 * costs: `extensions.cost` of the answer.
 */
export function costPlugin(schema: GraphQLSchema, limits: Limits): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () => {
      let cost: QueryCost | undefined;
      return Promise.resolve({
        didResolveOperation: ({ document, operation, request }) => {
          // One that is not in the document is refused by Apollo itself.
          if (operation === undefined) return Promise.resolve();
          try {
            cost = checkOperation(schema, { document, operation, variables: request.variables ?? {} }, limits);
            return Promise.resolve();
          } catch (error) {
            return Promise.reject(asBadRequest(error));
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

/** Apollo answers what a plugin throws with 500 unless it is told otherwise. */
function asBadRequest(error: unknown): Error {
  const known = knownFailure(error);
  if (known === undefined) return error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(known.message, {
    originalError: known,
    extensions: { http: { status: httpStatus(known.code) } },
  });
}
