import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { failure, type RankscopeError } from "../../errors.js";
import type { Principal } from "../../graphql/access/principal.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import type { Access } from "./access.js";
import type { RevocationWatch } from "./revocation-watch.js";

/** Close code "Unauthorized" of graphql-transport-ws. Codes from 4000 to 4999 are private (RFC 6455, 7.4.2). */
const UNAUTHORIZED = 4401;

/** The payload of the first message of a connection. */
type ConnectionParameters = Readonly<Record<string, unknown>> | undefined;

/** The principals of WebSockets. */
export interface SocketPrincipals {
  /**
   * Authenticates a socket by its first message, or by the headers of the request that opened it. Closes the socket and
   * returns false if neither has valid credentials.
   */
  authenticate(socket: WebSocket, request: IncomingMessage, parameters: ConnectionParameters): boolean;
  /** Returns the principal of an authenticated socket. */
  of(socket: WebSocket): Principal;
  /** Returns why an authenticated socket may not start another operation; undefined if it may. */
  rejection(socket: WebSocket): RankscopeError | undefined;
}

/** Opens the registry of sockets' principals. It closes sockets whose token is revoked or expires. */
export function openSocketPrincipals(access: Access, revocations: RevocationWatch): SocketPrincipals {
  const principals = new WeakMap<WebSocket, Principal>();

  function of(socket: WebSocket): Principal {
    const principal = principals.get(socket);
    if (principal === undefined) throw new Error("the WebSocket was not authenticated");
    return principal;
  }

  return {
    authenticate(socket, request, parameters) {
      try {
        const principal = access.authenticate(request, authorizationOf(parameters));
        principals.set(socket, principal);
        const stop = revocations.watch(principal, () => socket.close(UNAUTHORIZED, "the token is no longer valid"));
        socket.once("close", stop);
      } catch (error) {
        if (knownFailure(error) === undefined) throw error;
        socket.close(UNAUTHORIZED, "a valid token is required");
        return false;
      }
      return true;
    },
    of,
    rejection(socket) {
      // A socket stays open until the next check, and longer if its client does not confirm the close.
      if (access.isValid(of(socket))) return undefined;
      return failure("UNAUTHENTICATED", { received: "an invalid or expired token" });
    },
  };
}

function authorizationOf(parameters: ConnectionParameters): string | undefined {
  const parameter = parameters?.["authorization"] ?? parameters?.["Authorization"];
  return typeof parameter === "string" ? parameter : undefined;
}
