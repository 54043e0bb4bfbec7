import type { IncomingMessage } from "node:http";
import type { Server } from "graphql-ws";
import type { WebSocket, WebSocketServer } from "ws";
import type { Log } from "../../log.js";

/** A socket, and the request that opened it. */
export interface OpenedSocket {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

/** One that has not answered a ping when the next is due is gone. */
const PING_MILLISECONDS = 12_000;
const GOING_AWAY = 1001;
/** As graphql-transport-ws counts. */
const INTERNAL_ERROR = 4500;

/**
 * Has `protocol` answer on every socket that `sockets` opens. graphql-ws has an adapter of its own, which speaks to the
 * console of what goes wrong and tells clients an error's message.
 *
 * @returns closes them all, and resolves when they are
 */
export function speakProtocol(sockets: WebSocketServer, protocol: Server<OpenedSocket>, log: Log): () => Promise<void> {
  sockets.on("connection", (socket: WebSocket, request: IncomingMessage) => {
    // Most often the client's fault, a message too long or of no form: the socket is closed by then, with a code that says so.
    socket.on("error", (err) => log.info({ err }, "a WebSocket was broken off"));
    const failed = (err: unknown) => {
      log.warn({ err }, "a WebSocket failed unexpectedly");
      socket.close(INTERNAL_ERROR, "unexpected failure");
    };
    const ended = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(socket, text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) => socket.on("message", (data: Buffer) => void take(data.toString()).catch(failed)),
      },
      { socket, request },
    );
    const rest = endWhenGone(socket);
    socket.once("close", (code, reason) => {
      rest();
      ended(code, reason.toString()).catch(failed);
    });
  });
  return async () => {
    for (const socket of sockets.clients) socket.close(GOING_AWAY, "the server stops");
    await new Promise<void>((resolve) => sockets.close(() => resolve()));
  };
}

/** Resolves when `text` has gone out; at once where nobody is there any more to read it. */
function send(socket: WebSocket, text: string): Promise<void> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve();
  return new Promise((resolve, reject) => {
    socket.send(text, (error) => (error == null ? resolve() : reject(error)));
  });
}

/** Ends a socket whose other end is silent; returns what stops looking. */
function endWhenGone(socket: WebSocket): () => void {
  let isThere = true;
  socket.on("pong", () => {
    isThere = true;
  });
  const timer = setInterval(() => {
    if (!isThere) socket.terminate();
    else socket.ping();
    isThere = false;
  }, PING_MILLISECONDS);
  return () => clearInterval(timer);
}
