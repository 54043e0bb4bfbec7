import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expressMiddleware } from "@as-integrations/express5";
import express, { type RequestHandler } from "express";
import { failure } from "../errors.js";
import { openWebConnections } from "../store/web-connections.js";
import { anyone } from "./access/caller.js";
import { setCaller } from "./access/caller-of.js";
import { openApollo } from "./apollo.js";
import type { Services } from "./context.js";
import { openDrain } from "./drain.js";
import { exportRoutes } from "./export/routes.js";
import { inTurn } from "./guard/in-turn.js";
import { onlyMethods } from "./guard/only-methods.js";
import { securityHeaders } from "./guard/security-headers.js";
import { httpServer } from "./http-server.js";
import { jsonErrors, notServed } from "./json-errors.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { openRequestTurns } from "./limits/request-turns.js";
import { stopAtDeadline } from "./limits/stop-at-deadline.js";
import { health } from "./observe/health.js";
import { measureRequests } from "./observe/measure-requests.js";
import { metricsRoute } from "./observe/metrics-route.js";
import { traceOperations, traceRequests } from "./observe/trace-requests.js";
import { watchFields } from "./observe/watch-fields.js";
import { playground } from "./playground.js";
import { PLOTS_PATH } from "./plots/plot-paths.js";
import { openRenderer } from "./plots/render/renderer.js";
import { plotRoutes } from "./plots/routes.js";
import { requestContexts } from "./request-contexts.js";
import { logRequests, logSockets } from "./request-log.js";
import { openSchema } from "./schema.js";
import { serveSubscriptions } from "./subscriptions.js";

/** There is no access control yet: whoever reaches the server may download. */
const OPEN_TO_ALL: RequestHandler = (request, response, next) => {
  setCaller(response, anyone(request.socket.remoteAddress));
  next();
};

export interface RunningServer {
  /** Where the playground is: `http://127.0.0.1:4000/`. */
  readonly address: string;
  /**
   * Says at /readyz that it is about to stop, goes on for `drainMilliseconds` so that whoever sends requests here can hear of
   * it, then takes no more, tells subscribers, lets running requests end for up to ten seconds, and resolves.
   */
  close(drainMilliseconds?: number): Promise<void>;
}

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** The defaults where they are left out. */
  readonly limits?: Limits;
}

/**
 * Serves GraphQL at /graphql, by HTTP and by WebSocket, downloads at /export, pictures at /plots, the playground at /, and
 * for those who watch over it /metrics, /healthz and /readyz.
 *
 * @throws PORT_IN_USE, CONFIG_INVALID
 */
export async function startServer(
  services: Services,
  { limits = DEFAULT_LIMITS, ...listen }: ServeOptions,
): Promise<RunningServer> {
  const { database, log, metrics, isTraced = false } = services;
  const app = express();
  app.disable("x-powered-by");
  const http = httpServer(app, limits);
  const schema = stopAtDeadline(await openSchema());
  if (metrics !== undefined || isTraced) watchFields(schema, metrics?.requests);
  const connections = openWebConnections(database, limits);
  const contexts = requestContexts(services, { limits, connections });
  const turns = openRequestTurns({ atOnce: limits.requestsAtOnce, waiting: limits.requestsWaiting });
  const apollo = openApollo(services, schema, limits, http);
  await apollo.start();
  const guards = [OPEN_TO_ALL, inTurn(turns, limits)];
  const drain = openDrain();
  logSockets(http, log);
  app.use(logRequests(log), securityHeaders);
  if (metrics !== undefined) app.use(measureRequests(metrics.requests));
  // What is asked every few seconds by machines is not worth a trace, and stands before it.
  app.use(drain.route, health(database, log));
  if (metrics !== undefined) app.get("/metrics", OPEN_TO_ALL, metricsRoute(metrics.text));
  if (isTraced) app.use(traceRequests());
  app.use(
    "/graphql",
    onlyMethods("GET", "HEAD", "POST"),
    guards,
    express.json({ limit: limits.bodyBytes }),
    ...(isTraced ? [traceOperations()] : []),
    expressMiddleware(apollo, { context: ({ res }) => Promise.resolve(contexts.ofRequest(res)) }),
  );
  const observe = metrics?.requests;
  const subscriptions = serveSubscriptions(http, { path: "/graphql", schema, contexts, limits, turns, log, observe });
  const renderer = openRenderer();
  const reading = [onlyMethods("GET", "HEAD"), ...guards];
  app.use("/export", reading, exportRoutes(contexts, schema));
  app.use(PLOTS_PATH, reading, plotRoutes(contexts, schema, renderer));
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

  async function close(drainMilliseconds = 0): Promise<void> {
    drain.begin();
    await sleep(drainMilliseconds);
    await subscriptions.close();
    await apollo.stop();
    await renderer.close();
    await connections.close();
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
