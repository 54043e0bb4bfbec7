import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { failure, type RankscopeError } from "../../errors.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import type { Access } from "./access.js";
import type { Principal } from "../../graphql/access/principal.js";
import type { CallerWatch } from "./caller-watch.js";

/** Of our own (4000 to 4999 are for that), as graphql-transport-ws counts: 4401 is "Unauthorized". */
const UNAUTHORIZED = 4401;

/** Who is at the other end of each WebSocket. */
export interface SocketCallers {
  /** Lets a socket in by its first message, or by the headers that it was opened with; false, and it is closed, where neither does. */
  enter(
    socket: WebSocket,
    request: IncomingMessage,
    parameters: Readonly<Record<string, unknown>> | undefined,
  ): boolean;
  of(socket: WebSocket): Principal;
  /** Why a socket that was let in may not begin anything any more. */
  refusal(socket: WebSocket): RankscopeError | undefined;
}

/** Knows the callers of WebSockets, and closes those whose token has been revoked or has expired. */
export function openSocketCallers(access: Access, { watch }: CallerWatch): SocketCallers {
  const callers = new WeakMap<WebSocket, Principal>();
  const of = (socket: WebSocket) => {
    const caller = callers.get(socket);
    if (caller === undefined) throw new Error("a WebSocket was not checked for who opened it");
    return caller;
  };
  return {
    enter(socket, request, parameters) {
      const first = parameters?.["authorization"] ?? parameters?.["Authorization"];
      const { authorization, cookie } = request.headers;
      const shown = typeof first === "string" ? { authorization: first } : { authorization, cookie };
      try {
        const caller = access.callerOf({ ...shown, address: request.socket.remoteAddress });
        callers.set(socket, caller);
        const leave = watch(caller, () => socket.close(UNAUTHORIZED, "the token is not valid any more"));
        socket.once("close", leave);
      } catch (error) {
        if (knownFailure(error) === undefined) throw error;
        socket.close(UNAUTHORIZED, "a valid token is needed");
        return false;
      }
      return true;
    },
    of,
    // Until the next look it is open, and one that does not answer its closing can send for longer.
    refusal: (socket) =>
      access.isStill(of(socket))
        ? undefined
        : failure("UNAUTHENTICATED", { received: "one that is not valid, or not any more" }),
  };
}
