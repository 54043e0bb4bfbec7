import { setTimeout as sleep } from "node:timers/promises";
import { expressMiddleware } from "@as-integrations/express5";
import express from "express";
import { listenOn } from "./listen-on.js";
import { openWebConnections } from "../store/web-connections.js";
import { openAccess } from "./access/access.js";
import { openCallerWatch } from "./access/caller-watch.js";
import { enforceRoles } from "../graphql/access/enforce-roles.js";
import { isLoopback } from "./access/is-loopback.js";
import { requireToken as requireTokenFor } from "./access/require-token.js";
import { sessionRoutes } from "./access/session-routes.js";
import { openTokenWatch } from "./access/token-watch.js";
import { openApollo } from "./apollo.js";
import { dashboard } from "./pages/dashboard.js";
import { openDrain } from "./drain.js";
import { exportRoutes } from "./downloads/export-routes.js";
import { cutOff } from "./guards/cut-off.js";
import { hostRules, type HostOptions } from "./guards/host-rules.js";
import { inTurn } from "./guards/in-turn.js";
import { letIn } from "./guards/let-in.js";
import { onlyMethods } from "./guards/only-methods.js";
import { ownPages } from "./guards/own-pages.js";
import { securityHeaders } from "./guards/security-headers.js";
import { httpServer } from "./http-server.js";
import { jsonErrors, notServed } from "./json-errors.js";
import { DEFAULT_LIMITS, type Limits } from "../model/limits.js";
import { openRequestTurns } from "./guards/request-turns.js";
import { stopAtDeadline } from "../graphql/stop-at-deadline.js";
import { health } from "./health.js";
import { measureRequests } from "./observe/measure-requests.js";
import { metricsRoute } from "./observe/metrics-route.js";
import { traceOperations, traceRequests } from "./observe/trace-requests.js";
import { watchFields } from "./observe/watch-fields.js";
import { playground } from "./pages/playground.js";
import { PLOTS_PATH } from "../plots/plot-paths.js";
import { openRenderer } from "../plots/render/renderer.js";
import { plotRoutes } from "./downloads/plot-routes.js";
import { requestContexts } from "./request-contexts.js";
import { logRequests, logSockets } from "./request-log.js";
import type { ServerServices } from "./server-services.js";
import { openSchema } from "../graphql/schema.js";
import { serveSubscriptions } from "./sockets/subscriptions.js";

export interface RunningServer {
  /** Where the playground is: `http://127.0.0.1:4000/`. */
  readonly address: string;
  /**
   * Says at /readyz that it is about to stop, goes on for `drainMilliseconds` so that whoever sends requests here can hear of
   * it, then takes no more, tells subscribers, lets running requests end for up to ten seconds, and resolves.
   */
  close(drainMilliseconds?: number): Promise<void>;
}

export interface ServeOptions extends HostOptions {
  readonly port: number;
  /** Ask for a token on loopback too, before there is any. */
  readonly requireToken?: boolean;
  /** The defaults where they are left out. */
  readonly limits?: Limits;
}

/**
 * Serves GraphQL at /graphql, by HTTP and by WebSocket, downloads at /export, pictures at /plots, sign-in at /session, the
 * dashboard at /dashboard, the playground at /, and for those who watch over it /metrics, /healthz and /readyz.
 *
 * @throws PORT_IN_USE, CONFIG_INVALID, TOKEN_NEEDED
 */
export async function startServer(services: ServerServices, options: ServeOptions): Promise<RunningServer> {
  const { limits = DEFAULT_LIMITS, requireToken = false, ...listen } = options;
  const { database, log, metrics, isTraced = false } = services;
  await requireTokenFor(database, listen.host);
  const tokens = await openTokenWatch(database, { refreshSeconds: limits.tokenRefreshSeconds, log });
  const access = openAccess(tokens, { onLoopback: isLoopback(listen.host), requireToken });
  const hosts = hostRules(options);
  const app = express();
  app.disable("x-powered-by");
  const http = httpServer(app, limits);
  const schema = stopAtDeadline(enforceRoles(await openSchema()));
  if (metrics !== undefined || isTraced) watchFields(schema, metrics?.requests);
  const connections = openWebConnections(database, limits);
  const contexts = requestContexts(services, { limits, connections });
  const turns = openRequestTurns({ atOnce: limits.requestsAtOnce, waiting: limits.requestsWaiting });
  const apollo = openApollo(services, schema, limits, http);
  await apollo.start();
  const renderer = openRenderer();
  const drain = openDrain();
  const callers = openCallerWatch(access);
  const guards = [letIn(access), cutOff(callers, log), inTurn(turns, limits)];
  const reading = [onlyMethods("GET", "HEAD"), ...guards];

  logSockets(http, log);
  app.use(logRequests(log), securityHeaders);
  if (metrics !== undefined) app.use(measureRequests(metrics.requests));
  // What is asked every few seconds by machines, under whatever name, is not worth a trace.
  app.use(drain.route, health(database, drain, log));
  app.use(ownPages(hosts));
  if (metrics !== undefined) app.get("/metrics", letIn(access, { allStudies: true }), metricsRoute(metrics.text));
  if (isTraced) app.use(traceRequests());
  app.use(
    "/graphql",
    onlyMethods("GET", "HEAD", "POST"),
    guards,
    express.json({ limit: limits.bodyBytes }),
    ...(isTraced ? [traceOperations()] : []),
    expressMiddleware(apollo, { context: ({ res }) => Promise.resolve(contexts.ofRequest(res)) }),
  );
  const subscriptions = serveSubscriptions(http, {
    ...{ path: "/graphql", schema, contexts, access, callers, hosts, limits, turns, log },
    ...{ observe: metrics?.requests, isTraced },
  });
  app.use("/export", reading, exportRoutes(contexts, schema));
  app.use(PLOTS_PATH, reading, plotRoutes(contexts, schema, renderer));
  app.use("/session", sessionRoutes(access));
  app.use(dashboard());
  app.use(playground());
  app.use(notServed);
  app.use(jsonErrors(log));
  try {
    return { address: await listenOn(http, listen, "HOST and PORT"), close };
  } catch (error) {
    await close();
    throw error;
  }

  async function close(drainMilliseconds = 0): Promise<void> {
    drain.begin();
    await sleep(drainMilliseconds);
    await subscriptions.close();
    await apollo.stop();
    await renderer.close();
    await connections.close();
    callers.close();
    await tokens.close();
  }
}
