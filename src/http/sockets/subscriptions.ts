import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import {
  execute,
  subscribe,
  getOperationAST,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLError,
  type GraphQLSchema,
} from "graphql";
import { handleProtocols, makeServer, type ConnectionInitMessage } from "graphql-ws";
import { WebSocketServer } from "ws";
import { failure } from "../../errors.js";
import type { Log } from "../../log.js";
import type { Access } from "../access/access.js";
import type { CallerWatch } from "../access/caller-watch.js";
import { openSocketCallers } from "../access/socket-callers.js";
import type { Context } from "../../graphql/context.js";
import { formatError } from "../../graphql/errors/format-error.js";
import { graphqlError } from "../../graphql/errors/graphql-error.js";
import type { HostRules } from "../guards/host-rules.js";
import { foreignRequest } from "../guards/own-pages.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import type { Limits } from "../../model/limits.js";
import { checkPayload } from "./check-payload.js";
import { closeWhenIdle } from "./close-when-idle.js";
import type { RequestTurns } from "../guards/request-turns.js";
import { openSocketCounts } from "./socket-counts.js";
import { countedResults } from "../observe/counted-results.js";
import type { RequestObserver } from "../observe/request-observer.js";
import { watchSocketOperations } from "../observe/socket-operations.js";
import type { RequestContexts } from "../request-contexts.js";
import { speakProtocol, type OpenedSocket } from "./speak-protocol.js";

/** How long a client may take to agree to the end of its socket, which it is told of; then the connection is ended too. */
const CLOSE_MILLISECONDS = 2000;
/** Of our own, as HTTP counts. */
const TOO_MANY = 4429;

export interface Subscriptions {
  /** Ends all subscriptions. */
  close(): Promise<void>;
}

export interface SubscriptionOptions {
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly contexts: RequestContexts;
  readonly access: Access;
  readonly callers: CallerWatch;
  readonly hosts: HostRules;
  readonly limits: Limits;
  /** Shared with requests over HTTP. */
  readonly turns: RequestTurns;
  readonly log: Log;
  readonly observe?: RequestObserver | undefined;
  readonly isTraced?: boolean | undefined;
}

/**
 * Serves subscriptions (and any other operation) by the graphql-transport-ws protocol at `path`. Browsers let any page open
 * a WebSocket anywhere, so one that comes from a page must come from a page of this server.
 */
export function serveSubscriptions(
  http: Server,
  {
    path,
    schema,
    contexts,
    access,
    callers: watch,
    hosts,
    limits,
    turns,
    log,
    observe,
    isTraced = false,
  }: SubscriptionOptions,
): Subscriptions {
  const sockets = new WebSocketServer({
    ...{ noServer: true, maxPayload: limits.bodyBytes, handleProtocols },
    // Not among its types.
    ...{ closeTimeout: CLOSE_MILLISECONDS },
  });
  const counts = openSocketCounts(limits.socketsEach);
  const callers = openSocketCallers(access, watch);
  const closing = new AbortController();
  const operations = watchSocketOperations(observe, { isTraced });
  const format = formatError(log);
  /** As clients get them; each is formatted, and counted, once. */
  const formatAll = (errors: readonly GraphQLError[]) =>
    errors.map((error) => {
      const formatted = format(error.toJSON(), error);
      observe?.error(String(formatted.extensions?.["code"]));
      return formatted;
    });
  const protocol = makeServer<ConnectionInitMessage["payload"], OpenedSocket>({
    schema,
    connectionInitWaitTimeout: limits.socketInitSeconds * 1000,
    onConnect({ extra: { socket, request }, connectionParams, subscriptions }) {
      if (!callers.enter(socket, request, connectionParams)) return false;
      const leave = counts.enter(callers.of(socket).client);
      if (leave === undefined) {
        socket.close(TOO_MANY, `allowed: ${limits.socketsEach} WebSockets of one client`);
        return false;
      }
      socket.once("close", leave);
      observe?.socket(1);
      socket.once("close", () => observe?.socket(-1));
      closeWhenIdle(socket, () => Object.keys(subscriptions).length > 0, limits.socketIdleSeconds);
      return true;
    },
    onOperation: (_context, _id, _payload, _arguments, result) =>
      observe !== undefined && Symbol.asyncIterator in result ? countedResults(result, observe) : undefined,
    onSubscribe({ subscriptions, extra: { socket, request } }, _id, payload) {
      const began = performance.now();
      const refusal = callers.refusal(socket);
      const checked =
        refusal === undefined
          ? checkPayload(schema, subscriptions, payload, limits)
          : { errors: [graphqlError(refusal)] };
      if ("errors" in checked) {
        operations.refused(checked.type, began);
        return checked.errors;
      }
      // Programs can send a traceparent with each operation, or one with the socket; pages can do the former only.
      operations.from(checked, { ...request.headers, ...payload.extensions });
      return checked;
    },
    context: ({ extra: { socket } }, _id, { operationName }, { document }) =>
      contexts.ofOperation(callers.of(socket), closing.signal, kindOf(document, operationName)),
    async execute(args: ExecutionArgs) {
      const { principal, signal } = args.contextValue as Context;
      const began = performance.now();
      let leave: (() => void) | undefined;
      try {
        leave = await turns.take(principal.client, signal);
        return await operations.run(args, async () => execute(args));
      } catch (error) {
        // Of executing there is an answer: this is of waiting for the turn.
        const known = knownFailure(error);
        if (known === undefined) throw error;
        operations.refused(kindOf(args.document, args.operationName), began);
        return { errors: [graphqlError(known)] };
      } finally {
        leave?.();
      }
    },
    subscribe: (args: ExecutionArgs) => operations.run(args, async () => subscribe(args)),
    onError: (_context, _id, _payload, errors) => formatAll(errors),
    onNext: (_context, _id, _payload, _arguments, result) =>
      result.errors === undefined ? undefined : { data: result.data ?? null, errors: formatAll(result.errors) },
  });
  const closeSockets = speakProtocol(sockets, protocol, log);
  http.on("upgrade", (request, socket: Duplex, head) => {
    if (pathOf(request) !== path) refuse(socket, "404 Not Found");
    else if (foreignRequest(hosts, request.headers) !== undefined) refuse(socket, "403 Forbidden");
    else sockets.handleUpgrade(request, socket, head, (open) => sockets.emit("connection", open, request));
  });
  return {
    async close() {
      closing.abort(failure("SERVER_STOPPING"));
      await closeSockets();
    },
  };
}

const pathOf = ({ url = "" }: IncomingMessage) => url.split("?")[0];

const kindOf = (document: DocumentNode, name: string | null | undefined) =>
  getOperationAST(document, name)?.operation ?? "query";

function refuse(socket: Duplex, status: string): void {
  // A client that has gone does not hear it.
  socket.on("error", () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
