import type { IncomingMessage } from "node:http";
import type { Server } from "graphql-ws";
import type { WebSocket, WebSocketServer } from "ws";
import type { Log } from "../../log.js";
import type { LargeResults } from "./large-results.js";

/** A socket, and the request that opened it. */
export interface OpenedSocket {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

interface ProtocolOptions {
  readonly log: Log;
  /** The large results that `protocol` shortens. */
  readonly results: LargeResults;
}

/** Interval of pings. A socket that has not answered a ping when the next one is due is terminated. */
const PING_MILLISECONDS = 12_000;
const GOING_AWAY = 1001;
/** Close code "Internal Server Error" of graphql-transport-ws. */
const INTERNAL_ERROR = 4500;

/**
 * Connects `protocol` to every socket that `sockets` opens. It replaces graphql-ws's own adapter, which writes errors to the
 * console and sends their messages to clients.
 *
 * @returns a function that closes all sockets, and resolves when they are closed
 */
export function connectProtocol(
  sockets: WebSocketServer,
  protocol: Server<OpenedSocket>,
  { log, results }: ProtocolOptions,
): () => Promise<void> {
  sockets.on("connection", (socket: WebSocket, request: IncomingMessage) => {
    connectSocket({ socket, request }, protocol, { log, results });
  });
  return async () => {
    for (const socket of sockets.clients) socket.close(GOING_AWAY, "the server is stopping");
    await new Promise<void>((resolve) => sockets.close(() => resolve()));
  };
}

function connectSocket(opened: OpenedSocket, protocol: Server<OpenedSocket>, { log, results }: ProtocolOptions): void {
  const { socket } = opened;
  // Usually the client sent a message that is too long or malformed; the socket is then closed with a code for it.
  socket.on("error", (err) => log.info({ err }, "a WebSocket was closed after an error"));
  const fail = (err: unknown) => {
    log.warn({ err }, "a WebSocket failed unexpectedly");
    socket.close(INTERNAL_ERROR, "unexpected error");
  };
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (message) => send(socket, results.expand(message)),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (receive) => socket.on("message", (data: Buffer) => void receive(data.toString()).catch(fail)),
    },
    opened,
  );
  const stopPings = terminateWhenSilent(socket);
  socket.once("close", (code, reason) => {
    stopPings();
    closed(code, reason.toString()).catch(fail);
  });
}

/** Resolves when `text` is sent, or immediately if the socket is closed. */
function send(socket: WebSocket, text: string): Promise<void> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve();
  return new Promise((resolve, reject) => {
    socket.send(text, (error) => (error == null ? resolve() : reject(error)));
  });
}

/** Terminates a socket that does not answer pings. Returns a function that stops the pings. */
function terminateWhenSilent(socket: WebSocket): () => void {
  let hasAnswered = true;
  socket.on("pong", () => {
    hasAnswered = true;
  });
  const timer = setInterval(() => {
    if (hasAnswered) socket.ping();
    else socket.terminate();
    hasAnswered = false;
  }, PING_MILLISECONDS);
  return () => clearInterval(timer);
}
