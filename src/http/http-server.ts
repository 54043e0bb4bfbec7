import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { failure } from "../errors.js";
import type { Limits } from "../model/limits.js";

/** Interval of Node's checks for connections that have exceeded a time limit. */
const CHECK_MILLISECONDS = 1000;

/** Returns an HTTP server that disconnects slow and silent clients. It does not listen yet. */
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
  // A request can wait in the queue and then run without sending anything.
  server.setTimeout(Math.max(limits.idleSeconds, 2 * limits.requestSeconds + 5) * 1000);
  server.maxConnections = limits.connections;
  return server;
}

export interface ListenAddress {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
}

/**
 * Makes an HTTP server listen.
 *
 * @param settings the environment variables that set the address, for error messages: `HOST and PORT`
 * @returns its URL: `http://127.0.0.1:4000/`
 * @throws PORT_IN_USE, CONFIG_INVALID
 */
export async function listenOn(http: Server, { host, port }: ListenAddress, settings: string): Promise<string> {
  http.listen({ host, port });
  try {
    await once(http, "listening");
  } catch (cause) {
    const where = `${host}:${port}`;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw failure("PORT_IN_USE", { where, cause });
    throw failure("CONFIG_INVALID", { where: settings, received: where, allowed: message, cause });
  }
  const name = host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${(http.address() as AddressInfo).port}/`;
}
