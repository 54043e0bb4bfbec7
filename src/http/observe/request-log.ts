import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { ApolloServerPlugin } from "@apollo/server";
import type { RequestHandler } from "express";
import { currentRequestLabel, withRequestLabel, type Log, type RequestLabel } from "../../log.js";
import { routePrefix } from "../route-names.js";

const ID_HEADER = "x-request-id";
/** The allowed form of a client's request id, which is written to the log and to the response. */
const ID_PATTERN = /^[\w.:-]{1,128}$/;

/**
 * Gives every request an id: the client's `X-Request-Id` if it is well formed, otherwise a random one. Sends the id back, and
 * logs one line at level `info` when the response is sent or the client disconnects. The line has no content of the request;
 * of the path, it has only the first segment.
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
        // The connection was closed before the response was complete.
        ...(!response.writableFinished && { aborted: true }),
      };
      log.info(line, "request");
    });
    withRequestLabel(label, () => next());
  };
}

/** Adds the kind of the operation, query or mutation, to the request's log lines. */
export const labelOperations: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation({ operation }) {
        const label = currentRequestLabel();
        if (label !== undefined && operation !== undefined) label.operation = operation.operation;
        return Promise.resolve();
      },
    }),
};

/** Logs one line for each WebSocket when it closes. Its operations have no requests of their own. */
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
  const id = headers[ID_HEADER];
  return typeof id === "string" && ID_PATTERN.test(id) ? id : randomUUID();
}

/** Returns the first segment of the path. The rest can contain the name of a study, and the query a token. */
function routeOf(request: IncomingMessage & { originalUrl?: string }): string {
  return routePrefix(request.originalUrl ?? request.url ?? "") ?? "/";
}

const millisecondsSince = (began: number) => Math.round((performance.now() - began) * 10) / 10;
