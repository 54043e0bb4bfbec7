import { failure } from "../../errors.js";
import type { AccessToken } from "../../store/access-tokens.js";
import { anonymous, type Principal, type Role } from "../../graphql/access/principal.js";
import { readSession, sessionOf } from "./session.js";
import { readTokenText, sameBytes } from "./token-text.js";
import type { TokenWatch } from "./token-watch.js";

/** What a request shows of who sent it. */
export interface Credentials {
  /** `Bearer rks_...`, of a header or of a WebSocket's first message. */
  readonly authorization?: string | undefined;
  /** The header of cookies. */
  readonly cookie?: string | undefined;
  readonly address: string | undefined;
}

export interface Access {
  /** Who sent a request. @throws UNAUTHENTICATED */
  callerOf(credentials: Credentials): Principal;
  /** The token of a request that shows one itself, not a session. @throws UNAUTHENTICATED */
  tokenOf(authorization: string | undefined): AccessToken;
  /** Whether a caller that was let in still would be. */
  isStill(caller: Principal): boolean;
}

/**
 * Decides who a request is from. A server on loopback is open to all who reach it until its first token is made; then every
 * request needs one, from wherever it comes: behind a reverse proxy everybody comes from loopback. Revoking the last one
 * opens it again, an expiry does not.
 */
export function openAccess(
  tokens: TokenWatch,
  { onLoopback, requireToken }: { readonly onLoopback: boolean; readonly requireToken: boolean },
): Access {
  const isOpen = () => onLoopback && !requireToken && !tokens.hasAny();
  const tokenOf = (authorization: string | undefined): AccessToken => {
    const [, text] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
    if (text === undefined)
      throw failure("UNAUTHENTICATED", { received: authorization === undefined ? "none" : "another kind of it" });
    const given = readTokenText(text);
    const token = given === undefined ? undefined : tokens.live(given.id, new Date());
    // Which of it is wrong is nobody's business: unknown, revoked, expired and a wrong secret are refused alike.
    if (given === undefined || token === undefined || !sameBytes(given.secretHash, token.secretHash)) {
      throw failure("UNAUTHENTICATED", { received: "one that is not valid, or not any more" });
    }
    tokens.used(token.id, new Date());
    return token;
  };
  return {
    tokenOf,
    callerOf({ authorization, cookie, address }) {
      if (authorization !== undefined) return callerWith(tokenOf(authorization));
      const session = sessionOf(cookie);
      const now = new Date();
      const token = session === undefined ? undefined : readSession(session, (id) => tokens.live(id, now), now);
      if (token !== undefined) {
        tokens.used(token.id, now);
        return callerWith(token);
      }
      if (isOpen()) return anonymous(address);
      throw failure("UNAUTHENTICATED", { received: session === undefined ? "none" : "a session that has ended" });
    },
    isStill: ({ token }) => (token === undefined ? isOpen() : tokens.live(token.id, new Date()) !== undefined),
  };
}

function callerWith({ id, role, allStudies, studies, expiresAt }: AccessToken): Principal {
  return {
    client: id,
    role: role.toLowerCase() as Role,
    studies: allStudies ? undefined : studies,
    token: { id, expiresAt },
  };
}
