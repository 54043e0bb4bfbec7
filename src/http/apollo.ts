import type { Server } from "node:http";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import type { GraphQLSchema } from "graphql";
import type { Context } from "../graphql/context.js";
import type { ServerServices } from "./server-services.js";
import { formatError } from "../graphql/errors/format-error.js";
import type { Limits } from "../model/limits.js";
import { costPlugin } from "../graphql/cost/cost-plugin.js";
import { documentLimits } from "../graphql/cost/document-limits.js";
import { watchOperations } from "./observe/watch-operations.js";
import { noteOperations } from "./request-log.js";

/** How long requests that are being answered when the server stops may take. */
const REQUEST_GRACE_MILLISECONDS = 10_000;

/** The GraphQL server behind /graphql, not started yet. */
export function openApollo(
  { log, metrics, isTraced = false }: ServerServices,
  schema: GraphQLSchema,
  limits: Limits,
  httpServer: Server,
): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    formatError: formatError(log),
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [documentLimits(limits)],
    plugins: [
      // Apollo's own landing page loads from outside; ours is bundled.
      ApolloServerPluginLandingPageDisabled(),
      // It would wrap every field's resolver for hints that this schema does not have.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginDrainHttpServer({ httpServer, stopGracePeriodMillis: REQUEST_GRACE_MILLISECONDS }),
      costPlugin(schema, limits),
      noteOperations,
      ...(metrics !== undefined || isTraced ? [watchOperations(metrics?.requests)] : []),
    ],
  });
}
