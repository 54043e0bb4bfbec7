import { createServer, type RequestListener, type Server } from "node:http";
import type { Limits } from "../model/limits.js";

/** How often Node looks for connections whose time is over. */
const CHECK_MILLISECONDS = 1000;

/** An HTTP server that gives up on clients that are slow or silent. It listens to nothing yet. */
export function httpServer(listener: RequestListener, limits: Limits): Server {
  const server = createServer(
    {
      headersTimeout: limits.headerSeconds * 1000,
      requestTimeout: Math.max(limits.receiveSeconds, limits.headerSeconds) * 1000,
      keepAliveTimeout: limits.keepAliveSeconds * 1000,
      connectionsCheckingInterval: CHECK_MILLISECONDS,
    },
    listener,
  );
  // A request may wait for its turn and then run, in silence.
  server.setTimeout(Math.max(limits.idleSeconds, 2 * limits.requestSeconds + 5) * 1000);
  server.maxConnections = limits.connections;
  return server;
}
