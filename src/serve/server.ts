import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import { expressMiddleware } from "@as-integrations/express5";
import express, { type RequestHandler } from "express";
import type { GraphQLSchema } from "graphql";
import { failure } from "../errors.js";
import { openWebConnections } from "../store/web-connections.js";
import { anyone } from "./access/caller.js";
import { setCaller } from "./access/caller-of.js";
import type { Context, Services } from "./context.js";
import { exportRoutes } from "./export/routes.js";
import { formatError } from "./format-error.js";
import { inTurn } from "./guard/in-turn.js";
import { onlyMethods } from "./guard/only-methods.js";
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

/** There is no access control yet: whoever reaches the server may download. */
const OPEN_TO_ALL: RequestHandler = (request, response, next) => {
  setCaller(response, anyone(request.socket.remoteAddress));
  next();
};

export interface RunningServer {
  /** Where the playground is: `http://127.0.0.1:4000/`. */
  readonly address: string;
  /** Stops taking requests, lets running ones end, and resolves. */
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** The defaults where they are left out. */
  readonly limits?: Limits;
}

/** Serves GraphQL at /graphql, by HTTP and by WebSocket, downloads at /export and the playground at /. @throws PORT_IN_USE, CONFIG_INVALID */
export async function startServer(
  services: Services,
  { limits = DEFAULT_LIMITS, ...listen }: ServeOptions,
): Promise<RunningServer> {
  const app = express();
  app.disable("x-powered-by");
  const http = httpServer(app, limits);
  const schema = stopAtDeadline(await openSchema());
  const connections = openWebConnections(services.database.url, limits);
  const contexts = requestContexts(services, { limits, connections });
  const turns = openRequestTurns({ atOnce: limits.requestsAtOnce, waiting: limits.requestsWaiting });
  const apollo = openApollo(services, schema, limits, http);
  await apollo.start();
  const guards = [OPEN_TO_ALL, inTurn(turns, limits)];
  app.use(securityHeaders);
  app.use(
    "/graphql",
    onlyMethods("GET", "HEAD", "POST"),
    guards,
    express.json({ limit: limits.bodyBytes }),
    expressMiddleware(apollo, { context: ({ res }) => Promise.resolve(contexts.ofRequest(res)) }),
  );
  const { log } = services;
  const subscriptions = serveSubscriptions(http, { path: "/graphql", schema, contexts, limits, turns, log });
  app.use("/export", onlyMethods("GET", "HEAD"), guards, exportRoutes(contexts, schema));
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
  }
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
