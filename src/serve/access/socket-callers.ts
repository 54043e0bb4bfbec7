import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { knownFailure } from "../known-failure.js";
import type { Access } from "./access.js";
import type { Caller } from "./caller.js";

/** Of our own (4000 to 4999 are for that), as graphql-transport-ws counts: 4401 is "Unauthorized". */
const UNAUTHORIZED = 4401;
/** How often it is looked whether those who are connected still may be; it costs no statement. */
const LOOK_MILLISECONDS = 1000;

/** Who is at the other end of each WebSocket. */
export interface SocketCallers {
  /** Lets a socket in by its first message, or by the headers that it was opened with; false, and it is closed, where neither does. */
  enter(
    socket: WebSocket,
    request: IncomingMessage,
    parameters: Readonly<Record<string, unknown>> | undefined,
  ): boolean;
  of(socket: WebSocket): Caller;
  close(): void;
}

/** Knows the callers of WebSockets, and closes those whose token has been revoked or has expired. */
export function openSocketCallers(access: Access): SocketCallers {
  const callers = new Map<WebSocket, Caller>();
  const look = setInterval(() => {
    for (const [socket, caller] of callers) {
      if (!access.isStill(caller)) socket.close(UNAUTHORIZED, "the token is not valid any more");
    }
  }, LOOK_MILLISECONDS);
  return {
    enter(socket, request, parameters) {
      const first = parameters?.["authorization"] ?? parameters?.["Authorization"];
      const { authorization, cookie } = request.headers;
      const shown = typeof first === "string" ? { authorization: first } : { authorization, cookie };
      try {
        callers.set(socket, access.callerOf({ ...shown, address: request.socket.remoteAddress }));
      } catch (error) {
        if (knownFailure(error) === undefined) throw error;
        socket.close(UNAUTHORIZED, "a valid token is needed");
        return false;
      }
      socket.once("close", () => callers.delete(socket));
      return true;
    },
    of(socket) {
      const caller = callers.get(socket);
      if (caller === undefined) throw new Error("a WebSocket was not checked for who opened it");
      return caller;
    },
    close: () => clearInterval(look),
  };
}
