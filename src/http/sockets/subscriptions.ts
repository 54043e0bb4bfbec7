import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import {
  execute,
  getOperationAST,
  subscribe,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from "graphql";
import {
  handleProtocols,
  makeServer,
  type ConnectionInitMessage,
  type Context as SocketContext,
  type SubscribePayload,
} from "graphql-ws";
import { WebSocketServer } from "ws";
import { failure } from "../../errors.js";
import type { Principal } from "../../graphql/access/principal.js";
import type { Context } from "../../graphql/context.js";
import { formatError } from "../../graphql/errors/format-error.js";
import { graphqlError } from "../../graphql/errors/graphql-error.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import type { Log } from "../../log.js";
import type { Limits } from "../../model/limits.js";
import type { Access } from "../access/access.js";
import type { RevocationWatch } from "../access/revocation-watch.js";
import { openSocketPrincipals } from "../access/socket-principals.js";
import { originError } from "../guards/check-origin.js";
import type { HostRules } from "../guards/host-rules.js";
import type { RequestQueues } from "../guards/request-queues.js";
import { quotaExceeded, type RequestQuotas } from "../guards/request-quotas.js";
import { countSubscription } from "../observe/count-subscription.js";
import type { RequestObserver } from "../server-services.js";
import { watchSocketOperations } from "../observe/watch-operations.js";
import type { RequestContexts } from "../request-contexts.js";
import { checkPayload } from "./check-payload.js";
import { connectProtocol, type OpenedSocket } from "./connect-protocol.js";
import { openLargeResults, type LargeResults } from "./large-results.js";
import { closeWhenIdle, openSocketCounts } from "./socket-limits.js";

/** Time that a client has to confirm the close of its socket, before its connection is terminated. */
const CLOSE_MILLISECONDS = 2000;
/** Close code for too many sockets, after HTTP's status 429. */
const TOO_MANY = 4429;

interface Subscriptions {
  /** Ends all subscriptions. */
  close(): Promise<void>;
}

interface SubscriptionOptions {
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly contexts: RequestContexts;
  readonly access: Access;
  readonly revocations: RevocationWatch;
  readonly hosts: HostRules;
  readonly limits: Limits;
  /** Shared with requests over HTTP. */
  readonly queues: RequestQueues;
  /** Shared with requests over HTTP. */
  readonly quotas: RequestQuotas;
  readonly log: Log;
  readonly observe?: RequestObserver | undefined;
  readonly isTraced: boolean;
}

/** A connection that has sent its first message. */
type Connection = SocketContext<ConnectionInitMessage["payload"], OpenedSocket>;

/**
 * Serves operations over the graphql-transport-ws protocol at `path`. Browsers let every page open a WebSocket to any site, so
 * the Origin header of a page must be this server's.
 */
export function serveSubscriptions(http: Server, options: SubscriptionOptions): Subscriptions {
  const { path, hosts, limits, log } = options;
  const settings = {
    noServer: true,
    maxPayload: limits.bodyBytes,
    handleProtocols,
    // The types of ws lack this setting.
    closeTimeout: CLOSE_MILLISECONDS,
  };
  const sockets = new WebSocketServer(settings);
  const closing = new AbortController();
  const results = openLargeResults();
  const protocol = socketProtocol(options, results, closing.signal);
  const closeSockets = connectProtocol(sockets, protocol, { log, results });
  http.on("upgrade", (request, socket: Duplex, head) => {
    if (pathOf(request) !== path) rejectUpgrade(socket, "404 Not Found");
    else if (isForeign(hosts, request)) rejectUpgrade(socket, "403 Forbidden");
    else sockets.handleUpgrade(request, socket, head, (open) => sockets.emit("connection", open, request));
  });
  return {
    async close() {
      closing.abort(failure("SERVER_STOPPING"));
      await closeSockets();
    },
  };
}

/** Returns the protocol's server. @param closing is aborted when the server stops */
function socketProtocol(options: SubscriptionOptions, results: LargeResults, closing: AbortSignal) {
  const { schema, contexts, limits, queues, quotas, log, observe, isTraced } = options;
  const counts = openSocketCounts(limits.socketsEach);
  const principals = openSocketPrincipals(options.access, options.revocations);
  const operations = watchSocketOperations(observe, { isTraced });
  const format = formatError(log);

  /** Authenticates a connection and applies the limits of its client. Returns false if the socket is closed. */
  function connect({ extra: { socket, request }, connectionParams, subscriptions }: Connection): boolean {
    if (!principals.authenticate(socket, request, connectionParams)) return false;
    const leave = counts.enter(principals.of(socket).client);
    if (leave === undefined) {
      socket.close(TOO_MANY, `allowed: ${limits.socketsEach} WebSockets of one client`);
      return false;
    }
    observe?.socket(1);
    socket.once("close", () => {
      leave();
      observe?.socket(-1);
    });
    closeWhenIdle(socket, () => Object.keys(subscriptions).length > 0, limits.socketIdleSeconds);
    return true;
  }

  /** Returns the arguments of an operation's execution, or the errors for which it is rejected. */
  function start({ subscriptions, extra: { socket, request } }: Connection, payload: SubscribePayload) {
    const began = performance.now();
    const rejection = principals.rejection(socket);
    const checked =
      rejection === undefined
        ? checkPayload(schema, subscriptions, payload, limits)
        : { errors: [graphqlError(rejection)] };
    if ("errors" in checked) {
      operations.refused(checked.type, began);
      return checked.errors;
    }
    // Programs can send a traceparent with each operation or with the socket, pages only with each operation.
    operations.setParent(checked, { ...request.headers, ...payload.extensions });
    return checked;
  }

  /** @throws QUOTA_EXCEEDED */
  async function takeRequest(principal: Principal): Promise<void> {
    const state = await quotas.take(principal);
    if (state?.isRefused === true) throw quotaExceeded(state);
  }

  /** Starts a subscription, which counts as one request. */
  async function subscribeOnce(args: ExecutionArgs) {
    const began = performance.now();
    try {
      await takeRequest((args.contextValue as Context).principal);
    } catch (error) {
      const known = knownFailure(error);
      if (known === undefined) throw error;
      operations.refused("subscription", began);
      return { errors: [graphqlError(known)] };
    }
    return operations.run(args, async () => subscribe(args));
  }

  /** Executes a query or mutation when its client's queue permits it. */
  async function executeQueued(args: ExecutionArgs): Promise<ExecutionResult> {
    const { principal, signal } = args.contextValue as Context;
    const began = performance.now();
    let leave: (() => void) | undefined;
    try {
      await takeRequest(principal);
      leave = await queues.enter(principal.client, signal);
      return await operations.run(args, async () => execute(args));
    } catch (error) {
      // Execution does not throw: the error is that of the queue or the quota.
      const known = knownFailure(error);
      if (known === undefined) throw error;
      operations.refused(operationType(args.document, args.operationName), began);
      return { errors: [graphqlError(known)] };
    } finally {
      leave?.();
    }
  }

  /** Formats the errors of a result for the client, and counts each of them once. */
  function formatErrors(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
    return errors.map((error) => {
      const formatted = format(error.toJSON(), error);
      observe?.error(String(formatted.extensions?.["code"]));
      return formatted;
    });
  }

  return makeServer<ConnectionInitMessage["payload"], OpenedSocket>({
    schema,
    connectionInitWaitTimeout: limits.socketInitSeconds * 1000,
    onConnect: connect,
    onSubscribe: (connection, _id, payload) => start(connection, payload),
    context: ({ extra: { socket } }, _id, { operationName }, { document }) =>
      contexts.ofOperation(principals.of(socket), closing, operationType(document, operationName)),
    execute: executeQueued,
    subscribe: subscribeOnce,
    onOperation: (_connection, _id, _payload, _args, result) =>
      observe !== undefined && Symbol.asyncIterator in result ? countSubscription(result, observe) : undefined,
    onError: (_connection, _id, _payload, errors) => formatErrors(errors),
    onNext: (_connection, _id, _payload, _args, { data = null, errors }) =>
      results.shorten(errors === undefined ? { data } : { data, errors: formatErrors(errors) }),
  });
}

const isForeign = (hosts: HostRules, request: IncomingMessage) =>
  originError(hosts, request.headers, { scheme: hosts.schemeOf(request) }) !== undefined;

const pathOf = ({ url = "" }: IncomingMessage) => url.split("?")[0];

const operationType = (document: DocumentNode, name: string | null | undefined) =>
  getOperationAST(document, name)?.operation ?? "query";

function rejectUpgrade(socket: Duplex, status: string): void {
  // The client may have disconnected.
  socket.on("error", () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
