import { failure } from "../../errors.js";
import { anonymous, type Principal, type Role } from "../../graphql/access/principal.js";
import type { AccessToken } from "../../store/access-tokens.js";
import { readSession, sessionCookie } from "./session.js";
import { equalBytes, readTokenText } from "./token-text.js";
import type { TokenWatch } from "./token-watch.js";

/** The credentials of a request. */
export interface Credentials {
  /** `Bearer rks_...`, from a header or from the first message of a WebSocket. */
  readonly authorization?: string | undefined;
  /** The Cookie header. */
  readonly cookie?: string | undefined;
  readonly address: string | undefined;
}

export interface Access {
  /** Returns the principal of a request. @throws UNAUTHENTICATED */
  authenticate(credentials: Credentials): Principal;
  /** Returns the token in an Authorization header; sessions are not accepted. @throws UNAUTHENTICATED */
  tokenOf(authorization: string | undefined): AccessToken;
  /** Whether a principal that was authenticated earlier is still valid. */
  isValid(principal: Principal): boolean;
}

export interface AccessOptions {
  /** Whether the server listens on a loopback address. */
  readonly onLoopback: boolean;
  /** Whether a loopback server requires a token although none exists. */
  readonly requireToken: boolean;
}

/**
 * Authenticates requests. A server on loopback is open until its first token is created. From then on every request needs a
 * token, from any address: behind a reverse proxy all requests come from loopback. The server is open again when the last
 * token is revoked, but not when it expires.
 */
export function openAccess(tokens: TokenWatch, { onLoopback, requireToken }: AccessOptions): Access {
  const isOpen = () => onLoopback && !requireToken && !tokens.hasAny();

  function tokenOf(authorization: string | undefined): AccessToken {
    const [, text] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
    if (text === undefined) {
      const received = authorization === undefined ? "none" : "an authorization that is not a bearer token";
      throw failure("UNAUTHENTICATED", { received });
    }
    const parsed = readTokenText(text);
    const token = parsed && tokens.find(parsed.id, new Date());
    // The error is the same for unknown, revoked and expired tokens and for wrong secrets, so that it reveals nothing.
    if (parsed === undefined || token === undefined || !equalBytes(parsed.secretHash, token.secretHash)) {
      throw failure("UNAUTHENTICATED", { received: "an invalid or expired token" });
    }
    tokens.noteUse(token.id, new Date());
    return token;
  }

  function authenticate({ authorization, cookie, address }: Credentials): Principal {
    if (authorization !== undefined) return principalWith(tokenOf(authorization));
    const session = sessionCookie(cookie);
    const now = new Date();
    const token = session === undefined ? undefined : readSession(session, (id) => tokens.find(id, now), now);
    if (token !== undefined) {
      tokens.noteUse(token.id, now);
      return principalWith(token);
    }
    if (isOpen()) return anonymous(address);
    throw failure("UNAUTHENTICATED", { received: session === undefined ? "none" : "an expired session" });
  }

  return {
    authenticate,
    tokenOf,
    isValid: ({ token }) => (token === undefined ? isOpen() : tokens.find(token.id, new Date()) !== undefined),
  };
}

function principalWith({ id, role, allStudies, studies, expiresAt }: AccessToken): Principal {
  return {
    client: id,
    role: role.toLowerCase() as Role,
    studies: allStudies ? undefined : studies,
    token: { id, expiresAt },
  };
}
