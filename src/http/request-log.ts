import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { ApolloServerPlugin } from "@apollo/server";
import type { RequestHandler } from "express";
import { currentRequestLabel, withRequestLabel, type Log, type RequestLabel } from "../log.js";
import { mountOf } from "./mounts.js";

const HEADER = "x-request-id";
/** What a client's own id may look like: it goes into our log and back into its answer. */
const SANE_ID = /^[\w.:-]{1,128}$/;

/**
 * Gives every request an id, the client's own `X-Request-Id` where that is sane, sends it back, and logs one line at level
 * `info` when the answer has been sent or the client has gone: nothing of what was asked, and of the path only the route.
 */
export function logRequests(log: Log): RequestHandler {
  return (request, response, next) => {
    const label: RequestLabel = { requestId: idOf(request) };
    const began = performance.now();
    response.setHeader("X-Request-Id", label.requestId);
    response.once("close", () => {
      const line = {
        ...label,
        method: request.method,
        route: routeOf(request),
        status: response.statusCode,
        milliseconds: millisecondsSince(began),
        // The client left, or was cut off, before it had the whole answer.
        ...(!response.writableFinished && { aborted: true }),
      };
      log.info(line, "request");
    });
    withRequestLabel(label, () => next());
  };
}

/** Notes on the request's lines whether it is a query or a mutation. */
export const noteOperations: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation({ operation }) {
        const label = currentRequestLabel();
        if (label !== undefined && operation !== undefined) label.operation = operation.operation;
        return Promise.resolve();
      },
    }),
};

/** Logs one line a WebSocket, when it ends: what is asked over it has no request of its own. */
export function logSockets(http: Server, log: Log): void {
  http.on("upgrade", (request, socket) => {
    const requestId = idOf(request);
    const began = performance.now();
    socket.once("close", () => {
      const milliseconds = millisecondsSince(began);
      log.info({ requestId, method: request.method, route: routeOf(request), milliseconds }, "socket");
    });
  });
}

function idOf({ headers }: IncomingMessage): string {
  const given = headers[HEADER];
  return typeof given === "string" && SANE_ID.test(given) ? given : randomUUID();
}

/** What the path lies below: the rest may hold a study's name, and its query a token. */
function routeOf(request: IncomingMessage & { originalUrl?: string }): string {
  return mountOf(request.originalUrl ?? request.url ?? "") ?? "/";
}

const millisecondsSince = (began: number) => Math.round((performance.now() - began) * 10) / 10;
