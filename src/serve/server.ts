import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import { expressMiddleware } from "@as-integrations/express5";
import express from "express";
import type { GraphQLSchema } from "graphql";
import { failure } from "../errors.js";
import { openWebConnections } from "../store/web-connections.js";
import { openAccess } from "./access/access.js";
import { enforceRules } from "./access/enforce-rules.js";
import { isLoopback } from "./access/is-loopback.js";
import { sessionRoutes } from "./access/session-routes.js";
import { openTokenWatch, type TokenWatch } from "./access/token-watch.js";
import type { Context, Services } from "./context.js";
import { exportRoutes } from "./export/routes.js";
import { formatError } from "./format-error.js";
import { hostRules, type HostOptions } from "./guard/host-rules.js";
import { inTurn } from "./guard/in-turn.js";
import { letIn } from "./guard/let-in.js";
import { onlyMethods } from "./guard/only-methods.js";
import { ownPages } from "./guard/own-pages.js";
import { securityHeaders } from "./guard/security-headers.js";
import { httpServer } from "./http-server.js";
import { jsonErrors, notServed } from "./json-errors.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { costPlugin } from "./limits/cost-plugin.js";
import { documentLimits } from "./limits/document-limits.js";
import { openRequestTurns } from "./limits/request-turns.js";
import { stopAtDeadline } from "./limits/stop-at-deadline.js";
import { playground } from "./playground.js";
import { openSchema } from "./schema.js";
import { serveSubscriptions } from "./subscriptions.js";
import { requestContexts } from "./request-contexts.js";

export interface RunningServer {
  /** Where the playground is: `http://127.0.0.1:4000/`. */
  readonly address: string;
  /** Stops taking requests, lets running ones end, and resolves. */
  close(): Promise<void>;
}

export interface ServeOptions extends HostOptions {
  readonly port: number;
  /** Ask for a token on loopback too, before there is any. */
  readonly requireToken?: boolean;
  /** The defaults where they are left out. */
  readonly limits?: Limits;
}

/**
 * Serves GraphQL at /graphql, by HTTP and by WebSocket, downloads at /export, sign-in at /session and the playground at /.
 *
 * @throws PORT_IN_USE, CONFIG_INVALID, TOKEN_NEEDED
 */
export async function startServer(services: Services, options: ServeOptions): Promise<RunningServer> {
  const { limits = DEFAULT_LIMITS, requireToken = false, ...listen } = options;
  const tokens = await guardedTokens(services, listen.host, limits);
  const access = openAccess(tokens, { onLoopback: isLoopback(listen.host), requireToken });
  const hosts = hostRules(options);
  const app = express();
  app.disable("x-powered-by");
  const http = httpServer(app, limits);
  const schema = stopAtDeadline(enforceRules(await openSchema()));
  const connections = openWebConnections(services.database.url, limits);
  const contexts = requestContexts(services, { limits, connections });
  const turns = openRequestTurns({ atOnce: limits.requestsAtOnce, waiting: limits.requestsWaiting });
  const apollo = openApollo(services, schema, limits, http);
  await apollo.start();
  const guards = [letIn(access), inTurn(turns, limits)];
  app.use(securityHeaders, ownPages(hosts));
  app.use(
    "/graphql",
    onlyMethods("GET", "HEAD", "POST"),
    guards,
    express.json({ limit: limits.bodyBytes }),
    expressMiddleware(apollo, { context: ({ res }) => Promise.resolve(contexts.ofRequest(res)) }),
  );
  const { log } = services;
  const subscriptions = serveSubscriptions(http, {
    ...{ path: "/graphql", schema, contexts, access, hosts, limits, turns, log },
  });
  app.use("/export", onlyMethods("GET", "HEAD"), guards, exportRoutes(contexts, schema));
  app.use("/session", sessionRoutes(access));
  app.use(playground());
  app.use(notServed);
  app.use(jsonErrors(log));
  try {
    await listenOn(http, listen);
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = http.address() as AddressInfo;
  const host = listen.host.includes(":") ? `[${listen.host}]` : listen.host;
  return { address: `http://${host}:${port}/`, close };

  async function close(): Promise<void> {
    await subscriptions.close();
    await apollo.stop();
    await connections.close();
    await tokens.close();
  }
}

/** The tokens, of which a server that others can reach must have one. */
async function guardedTokens({ database, log }: Services, host: string, limits: Limits): Promise<TokenWatch> {
  const tokens = await openTokenWatch(database, { refreshSeconds: limits.tokenRefreshSeconds, log });
  if (isLoopback(host) || tokens.hasLive(new Date())) return tokens;
  await tokens.close();
  throw failure("TOKEN_NEEDED", { where: "HOST", received: host });
}

function openApollo(
  { log }: Services,
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
      ApolloServerPluginDrainHttpServer({ httpServer }),
      costPlugin(schema, limits),
    ],
  });
}

function listenOn(http: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", (cause: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`;
      reject(
        cause.code === "EADDRINUSE"
          ? failure("PORT_IN_USE", { where, cause })
          : failure("CONFIG_INVALID", { where: "HOST and PORT", received: where, allowed: cause.message, cause }),
      );
    });
    http.listen({ host, port }, resolve);
  });
}
