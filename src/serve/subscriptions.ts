import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { GraphQLError, GraphQLSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { openContext, type Services } from "./context.js";
import { formatError } from "./format-error.js";
import { countedResults } from "./observe/counted-results.js";

/** A larger message is no query. */
const MAX_MESSAGE_BYTES = 256 * 2 ** 10;

export interface Subscriptions {
  /** Ends all subscriptions. */
  close(): Promise<void>;
}

/**
 * Serves subscriptions (and any other operation) by the graphql-transport-ws protocol at `path`. Browsers let any page open
 * a WebSocket anywhere, so one that comes from a page must come from a page of this server.
 */
export function serveSubscriptions(
  http: Server,
  { path, schema, services }: { readonly path: string; readonly schema: GraphQLSchema; readonly services: Services },
): Subscriptions {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const closing = new AbortController();
  const observe = services.metrics?.requests;
  const format = formatError(services.log);
  const formatAll = (errors: readonly GraphQLError[]) => errors.map((error) => format(error.toJSON(), error));
  const { dispose } = useServer(
    {
      schema,
      context: () => openContext(services, closing.signal),
      onConnect: () => {
        observe?.socket(1);
      },
      onDisconnect: () => observe?.socket(-1),
      onOperation: (_context, _id, _payload, _arguments, result) =>
        observe !== undefined && Symbol.asyncIterator in result ? countedResults(result, observe) : undefined,
      onError: (_context, _id, _payload, errors) => formatAll(errors),
      onNext: (_context, _id, _payload, _arguments, result) =>
        result.errors === undefined ? undefined : { data: result.data ?? null, errors: formatAll(result.errors) },
    },
    sockets,
  );
  http.on("upgrade", (request, socket: Duplex, head) => {
    if (pathOf(request) !== path) refuse(socket, "404 Not Found");
    else if (!isOwnPage(request)) refuse(socket, "403 Forbidden");
    else sockets.handleUpgrade(request, socket, head, (open) => sockets.emit("connection", open, request));
  });
  return {
    async close() {
      closing.abort();
      await dispose();
      sockets.close();
    },
  };
}

const pathOf = ({ url = "" }: IncomingMessage) => url.split("?")[0];

/** Programs send no Origin; browsers always do. */
function isOwnPage({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
