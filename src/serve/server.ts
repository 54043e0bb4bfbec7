import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import { expressMiddleware } from "@as-integrations/express5";
import express, { type RequestHandler } from "express";
import { failure } from "../errors.js";
import { openContext, type Context, type Services } from "./context.js";
import { dashboard } from "./dashboard.js";
import { exportRoutes } from "./export/routes.js";
import { formatError } from "./format-error.js";
import { jsonErrors } from "./json-errors.js";
import { playground } from "./playground.js";
import { PLOTS_PATH } from "./plots/plot-paths.js";
import { openRenderer } from "./plots/render/renderer.js";
import { plotRoutes } from "./plots/routes.js";
import { requestSignal } from "./request-signal.js";
import { openSchema } from "./schema.js";
import { serveSubscriptions } from "./subscriptions.js";

/** A larger request body is no query. */
const MAX_BODY = "256kb";
/** The contract's longest operation has about 600 tokens. */
const MAX_TOKENS = 2000;
/** Bounds what nested fragments can expand to. */
const MAX_SELECTIONS = 10_000;

/** There is no access control yet: whoever reaches the server may download. */
const OPEN_TO_ALL: RequestHandler = (_request, _response, next) => {
  next();
};

export interface RunningServer {
  /** Where the playground is: `http://127.0.0.1:4000/`. */
  readonly address: string;
  /** Stops taking requests, lets running ones end, and resolves. */
  close(): Promise<void>;
}

/**
 * Serves GraphQL at /graphql, by HTTP and by WebSocket, downloads at /export, pictures at /plots, the dashboard at /dashboard
 * and the playground at /.
 *
 * @throws PORT_IN_USE, CONFIG_INVALID
 */
export async function startServer(
  services: Services,
  listen: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  const app = express();
  app.disable("x-powered-by");
  const http = createServer(app);
  const schema = await openSchema();
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    formatError: formatError(services.log),
    includeStacktraceInErrorResponses: false,
    maxRecursiveSelections: MAX_SELECTIONS,
    parseOptions: { maxTokens: MAX_TOKENS },
    plugins: [
      // Apollo's own landing page loads from outside; ours is bundled.
      ApolloServerPluginLandingPageDisabled(),
      // It would wrap every field's resolver for hints that this schema does not have.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginDrainHttpServer({ httpServer: http }),
    ],
  });
  await apollo.start();
  app.use(
    "/graphql",
    express.json({ limit: MAX_BODY }),
    expressMiddleware(apollo, { context: ({ res }) => Promise.resolve(openContext(services, requestSignal(res))) }),
  );
  const subscriptions = serveSubscriptions(http, { path: "/graphql", schema, services });
  app.use("/export", exportRoutes(services, schema, OPEN_TO_ALL));
  const renderer = openRenderer();
  app.use(PLOTS_PATH, plotRoutes(services, schema, renderer, OPEN_TO_ALL));
  app.use(dashboard());
  app.use(playground());
  app.use(jsonErrors(services.log));
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
    await renderer.close();
  }
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
