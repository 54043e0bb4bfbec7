import type { IncomingMessage } from "node:http";
import { failure } from "../../errors.js";
import { actorOf } from "../../graphql/access/actor.js";
import { anonymous, type Principal, type Role } from "../../graphql/access/principal.js";
import { importRootsOf, type AccessToken } from "../../store/access-tokens.js";
import type { HostRules } from "../guards/host-rules.js";
import { describeSession, readSession, sessionCookie } from "./session.js";
import { equalBytes, readTokenText } from "./token-text.js";
import type { TokenWatch } from "./token-watch.js";

export interface Access {
  /**
   * Returns the principal of a request, by its token or its session cookie.
   *
   * @param authorization `Bearer rks_...`: the request's header, or a parameter in the first message of a WebSocket
   * @throws UNAUTHENTICATED
   */
  authenticate(request: IncomingMessage, authorization?: string): Principal;
  /** Returns the token in an Authorization header; sessions are not accepted. @throws UNAUTHENTICATED */
  tokenOf(authorization: string | undefined, address?: string): AccessToken;
  /** Signs out the session of a request on all servers; does nothing without a valid session. */
  signOut(request: IncomingMessage): Promise<void>;
  /** Whether a principal that was authenticated earlier is still valid. */
  isValid(principal: Principal): boolean;
}

export interface AccessOptions {
  /** Whether the server listens on a loopback address. */
  readonly onLoopback: boolean;
  /** Whether a loopback server requires a token although none exists. */
  readonly requireToken: boolean;
  /** Called when credentials are refused, with the client's address. */
  readonly onRefusal?: ((address: string | undefined) => void) | undefined;
}

/**
 * Authenticates requests. A server on loopback is open until its first token is created. From then on every request needs a
 * token, from any address: behind a reverse proxy all requests come from loopback. The server stays closed when the last token
 * is revoked or expires.
 */
export function openAccess(
  tokens: TokenWatch,
  hosts: Pick<HostRules, "schemeOf" | "isShared" | "addressOf">,
  { onLoopback, requireToken, onRefusal = () => undefined }: AccessOptions,
): Access {
  const isOpen = () => onLoopback && !requireToken && !tokens.hadAny();

  function tokenOf(authorization: string | undefined, address?: string): AccessToken {
    const [, text] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
    if (text === undefined) {
      if (authorization !== undefined) onRefusal(address);
      const received = authorization === undefined ? "none" : "an authorization that is not a bearer token";
      throw failure("UNAUTHENTICATED", { received });
    }
    const parsed = readTokenText(text);
    const token = parsed && tokens.find(parsed.id, new Date());
    // The error is the same for unknown, revoked and expired tokens and for wrong secrets, so that it reveals nothing.
    if (parsed === undefined || token === undefined || !equalBytes(parsed.secretHash, token.secretHash)) {
      onRefusal(address);
      throw failure("UNAUTHENTICATED", { received: "an invalid or expired token" });
    }
    tokens.noteUse(token.id, new Date());
    return token;
  }

  /** Returns the session of a request. Pages of other sites need their own token: their cookies are ignored. */
  function sessionOf(request: IncomingMessage): string | undefined {
    const { origin, cookie } = request.headers;
    if (origin !== undefined && hosts.isShared(origin)) return undefined;
    return sessionCookie(cookie, { isSecure: hosts.schemeOf(request) === "https" });
  }

  function authenticate(request: IncomingMessage, authorization = request.headers.authorization): Principal {
    const address = hosts.addressOf(request);
    if (authorization !== undefined) return principalWith(tokenOf(authorization, address), address);
    const session = sessionOf(request);
    const now = new Date();
    const token = session === undefined ? undefined : readSession(session, (id) => tokens.find(id, now), now);
    if (session !== undefined && token !== undefined && !tokens.isSignedOut(describeSession(session))) {
      tokens.noteUse(token.id, now);
      return { ...principalWith(token, address), session: describeSession(session) };
    }
    if (isOpen()) return anonymous(address);
    throw failure("UNAUTHENTICATED", { received: session === undefined ? "none" : "an expired session" });
  }

  return {
    authenticate,
    tokenOf,
    isValid({ token, session }) {
      if (token === undefined) return isOpen();
      const now = new Date();
      if (session !== undefined && (session.expiresAt <= now || tokens.isSignedOut(session))) return false;
      return tokens.find(token.id, now) !== undefined;
    },
    async signOut(request) {
      const text = sessionOf(request);
      const now = new Date();
      const token = text === undefined ? undefined : readSession(text, (id) => tokens.find(id, now), now);
      if (text === undefined || token === undefined) return;
      await tokens.signOut(describeSession(text), actorOf(principalWith(token, hosts.addressOf(request))));
    },
  };
}

function principalWith(token: AccessToken, address: string | undefined): Principal {
  const { id, name, role, allStudies, studies, expiresAt, requestsPerMinute } = token;
  return {
    client: id,
    role: role.toLowerCase() as Role,
    studies: allStudies ? undefined : studies,
    importRoots: importRootsOf(token),
    token: { id, name, expiresAt },
    requestsPerMinute: requestsPerMinute ?? undefined,
    address,
  };
}
