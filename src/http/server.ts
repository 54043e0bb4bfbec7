import { setTimeout as sleep } from "node:timers/promises";
import { expressMiddleware } from "@as-integrations/express5";
import express, { type Express, type RequestHandler } from "express";
import type { GraphQLSchema } from "graphql";
import { openStudyCache } from "../analysis/request/study-cache.js";
import { enforceRoles } from "../graphql/access/enforce-roles.js";
import { completeInTurns } from "../graphql/complete-in-turns.js";
import { openSchema } from "../graphql/schema.js";
import { stopAtDeadline } from "../graphql/stop-at-deadline.js";
import { DEFAULT_LIMITS, type Limits } from "../model/limits.js";
import { PLOTS_PATH } from "../plots/plot-paths.js";
import { openRenderer, type Renderer } from "../plots/render/renderer.js";
import type { Connection } from "../store/connection.js";
import { openWebConnections } from "../store/web-connections.js";
import { openAccess, type Access } from "./access/access.js";
import { isLoopback, requireToken as requireTokenFor } from "./access/require-token.js";
import { openRefusalLog } from "./access/refusal-log.js";
import { openRevocationWatch } from "./access/revocation-watch.js";
import { sessionRoutes } from "./access/session-routes.js";
import { openTokenWatch } from "./access/token-watch.js";
import { openApollo } from "./apollo.js";
import { exportRoutes } from "./downloads/export-routes.js";
import { plotRoutes } from "./downloads/plot-routes.js";
import { openDrain, type Drain, health } from "./health.js";
import { allowMethods } from "./guards/allow-methods.js";
import { authenticate, disconnectRevoked } from "./guards/authenticate.js";
import { checkOrigin } from "./guards/check-origin.js";
import { hostRules, type HostOptions, type HostRules } from "./guards/host-rules.js";
import { limitConcurrency } from "./guards/limit-concurrency.js";
import { limitRate } from "./guards/limit-rate.js";
import { openRequestQueues } from "./guards/request-queues.js";
import { openRequestQuotas } from "./guards/request-quotas.js";
import { securityHeaders } from "./guards/security-headers.js";
import { handleErrors, rejectUnknownPath } from "./send-error.js";
import { httpServer, listenOn } from "./http-server.js";
import { measureRequests, sendMetrics } from "./observe/measure-requests.js";
import { logRequests, logSockets } from "./observe/request-log.js";
import { traceOperations, traceRequests } from "./observe/trace-requests.js";
import { watchFields } from "./observe/watch-fields.js";
import { dashboard, playground } from "./pages.js";
import { requestContexts, type RequestContexts } from "./request-contexts.js";
import type { ServerServices } from "./server-services.js";
import { serveSubscriptions } from "./sockets/subscriptions.js";

export interface RunningServer {
  /** URL of the playground: `http://127.0.0.1:4000/`. */
  readonly address: string;
  /**
   * Stops the server. It reports at /readyz that it is stopping and serves requests for another `drainMilliseconds`, so that
   * load balancers can react. Then it accepts no more, ends subscriptions, and gives running requests up to ten seconds.
   */
  close(drainMilliseconds?: number): Promise<void>;
}

export interface ServeOptions extends HostOptions {
  readonly port: number;
  /** Whether a loopback server requires a token although none exists. */
  readonly requireToken?: boolean;
  /** The default limits if undefined. */
  readonly limits?: Limits;
}

const GRAPHQL_PATH = "/graphql";
const BYTES_PER_MEGABYTE = 1e6;

/**
 * Serves GraphQL at /graphql over HTTP and WebSockets, downloads at /export, plots at /plots, sign-in at /session, the
 * dashboard at /dashboard, the playground at /, and /metrics, /healthz and /readyz for monitoring.
 *
 * @throws PORT_IN_USE, CONFIG_INVALID, TOKEN_NEEDED
 */
export async function startServer(services: ServerServices, options: ServeOptions): Promise<RunningServer> {
  const { limits = DEFAULT_LIMITS, requireToken = false, host, port } = options;
  const { database, log, metrics, isTraced = false } = services;
  await requireTokenFor(database, host);
  const tokens = await openTokenWatch(database, { refreshSeconds: limits.tokenRefreshSeconds, log });
  const hosts = hostRules(options);
  const refusals = openRefusalLog(database, log);
  const onLoopback = isLoopback(host);
  const access = openAccess(tokens, hosts, {
    onLoopback,
    requireToken,
    onRefusal: (address) => refusals.note(address),
  });
  const revocations = openRevocationWatch(access);
  const connections = openWebConnections(database, limits);
  const studyCache = openStudyCache(limits.cacheMegabytes * BYTES_PER_MEGABYTE);
  const contexts = requestContexts(services, { limits, connections, studyCache });
  const queues = openRequestQueues({ running: limits.requestsAtOnce, waiting: limits.requestsWaiting });
  const quotas = openRequestQuotas(database);
  const schema = await servedSchema(services);
  const renderer = openRenderer();
  const drain = openDrain();

  const app = express();
  app.disable("x-powered-by");
  const http = httpServer(app, limits);
  const apollo = openApollo(services, schema, limits, http);
  await apollo.start();
  logSockets(http, log);
  const subscriptions = serveSubscriptions(http, {
    path: GRAPHQL_PATH,
    schema,
    contexts,
    access,
    revocations,
    hosts,
    limits,
    queues,
    quotas,
    log,
    observe: metrics?.requests,
    isTraced,
  });
  useMonitoring(app, services, { access, drain, hosts, requests: connections.of(undefined).queries });
  const guards = [
    authenticate(access),
    disconnectRevoked(revocations, log),
    limitRate(quotas),
    limitConcurrency(queues, limits),
  ];
  app.use(
    GRAPHQL_PATH,
    allowMethods("GET", "HEAD", "POST"),
    guards,
    express.json({ limit: limits.bodyBytes }),
    ...(isTraced ? [traceOperations()] : []),
    expressMiddleware(apollo, { context: ({ res }) => Promise.resolve(contexts.ofRequest(res)) }),
  );
  useRoutes(app, services, { access, hosts, guards, contexts, schema, renderer });

  async function close(drainMilliseconds = 0): Promise<void> {
    drain.begin();
    await sleep(drainMilliseconds);
    await subscriptions.close();
    await apollo.stop();
    await renderer.close();
    await connections.close();
    revocations.close();
    await refusals.close();
    await tokens.close();
  }

  try {
    return { address: await listenOn(http, { host, port }, "HOST and PORT"), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Returns the schema with roles, turns and deadlines enforced; with metrics or tracing, its slow fields are observed. */
async function servedSchema({ metrics, isTraced = false }: ServerServices): Promise<GraphQLSchema> {
  const schema = stopAtDeadline(completeInTurns(enforceRoles(await openSchema())));
  if (metrics !== undefined || isTraced) watchFields(schema, metrics?.requests);
  return schema;
}

interface Monitoring {
  readonly access: Access;
  readonly drain: Drain;
  readonly hosts: HostRules;
  /** The connections of requests. */
  readonly requests: Connection;
}

/** Adds what applies to all requests: logs, headers, metrics, health checks, the check of origins, and traces. */
function useMonitoring(
  app: Express,
  { database, filesAt, log, metrics, isTraced = false }: ServerServices,
  { access, drain, hosts, requests }: Monitoring,
): void {
  app.use(logRequests(log), securityHeaders);
  if (metrics !== undefined) app.use(measureRequests(metrics.requests));
  // Health checks and metrics are requested every few seconds, under any host name, and are not traced.
  app.use(drain.handler, health({ database, requests, filesAt, log }, drain));
  app.use(checkOrigin(hosts));
  if (metrics !== undefined) app.get("/metrics", authenticate(access, { allStudies: true }), sendMetrics(metrics.text));
  if (isTraced) app.use(traceRequests());
}

interface Routes {
  readonly access: Access;
  readonly hosts: HostRules;
  readonly guards: readonly RequestHandler[];
  readonly contexts: RequestContexts;
  readonly schema: GraphQLSchema;
  readonly renderer: Renderer;
}

/** Adds the routes beside GraphQL: downloads, plots, sign-in and pages. */
function useRoutes(
  app: Express,
  { database, log }: ServerServices,
  { access, hosts, guards, contexts, schema, renderer }: Routes,
): void {
  const readGuards = [allowMethods("GET", "HEAD"), ...guards];
  app.use("/export", readGuards, exportRoutes(contexts, schema));
  app.use(PLOTS_PATH, readGuards, plotRoutes(contexts, schema, renderer));
  app.use("/session", sessionRoutes(access, hosts, database));
  app.use(dashboard());
  app.use(playground());
  app.use(rejectUnknownPath);
  app.use(handleErrors(log));
}
