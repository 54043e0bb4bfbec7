import type { Server } from "node:http";
import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import type { GraphQLSchema } from "graphql";
import type { Context } from "../graphql/context.js";
import { costPlugin } from "../graphql/cost/cost-plugin.js";
import { documentLimits } from "../graphql/cost/document-limits.js";
import { formatError } from "../graphql/errors/format-error.js";
import type { Limits } from "../model/limits.js";
import { labelOperations } from "./observe/request-log.js";
import { watchOperations } from "./observe/watch-operations.js";
import { stringifyInTurns } from "./stringify-in-turns.js";
import type { ServerServices } from "./server-services.js";

/** Time that running requests have to end when the server stops. */
const REQUEST_GRACE_MILLISECONDS = 10_000;

/** Returns the GraphQL server of /graphql. It is not started yet. */
export function openApollo(
  { log, metrics, isTraced = false }: ServerServices,
  schema: GraphQLSchema,
  limits: Limits,
  httpServer: Server,
): ApolloServer<Context> {
  const plugins: ApolloServerPlugin<Context>[] = [
    // Apollo's landing page loads files from other sites; the playground replaces it.
    ApolloServerPluginLandingPageDisabled(),
    // It would wrap every resolver for cache hints, which this schema does not have.
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginDrainHttpServer({ httpServer, stopGracePeriodMillis: REQUEST_GRACE_MILLISECONDS }),
    costPlugin(schema, limits),
    labelOperations,
  ];
  if (metrics !== undefined || isTraced) plugins.push(watchOperations(metrics?.requests));
  return new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    formatError: formatError(log),
    includeStacktraceInErrorResponses: false,
    stringifyResult: stringifyInTurns,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [documentLimits(limits)],
    plugins,
  });
}
