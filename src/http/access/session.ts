import { createHmac, randomBytes } from "node:crypto";
import type { Session } from "../../store/signed-out-sessions.js";
import { equalBytes } from "./token-text.js";

/**
 * The cookie that replaces a token in browsers. Images and download links cannot send an Authorization header, and a token
 * that a page stores is readable by every script that gets into the page.
 *
 * The cookie names a token, an expiry time and a random id, and is signed with the stored hash of the token. It is therefore
 * valid on every server of the database and ends with its token; only sessions that were signed out are stored. HttpOnly hides
 * it from scripts; SameSite=Strict keeps other sites from sending it; the checks of Origin, and Apollo's own, protect older
 * browsers. Signed URLs were rejected: they would be in logs, histories and reports that are passed on.
 */
const SESSION_COOKIE = "rankscope_session";

/**
 * The name of the cookie where TLS ends in front of the server. Browsers accept a `__Host-` cookie only over TLS and from this
 * host itself, so that neither a plain HTTP page nor a neighbouring subdomain can set it.
 */
const SECURE_SESSION_COOKIE = `__Host-${SESSION_COOKIE}`;

/** Returns the name of the cookie for a client that certainly uses TLS, or for any other client. */
export function sessionCookieName(isSecure: boolean): string {
  return isSecure ? SECURE_SESSION_COOKIE : SESSION_COOKIE;
}

/** Duration of a session: a working day. */
export const SESSION_SECONDS = 12 * 3600;

/** Length of a session's random id. */
const ID_BYTES = 16;

/** The part of a token that signs its sessions. */
interface Signer {
  readonly id: string;
  readonly secretHash: Uint8Array;
}

/** Returns the value of a new cookie that is valid until `expires`. */
export function writeSession(token: Signer, expires: Date): string {
  const seconds = Math.floor(expires.getTime() / 1000);
  return sessionText(token, seconds, randomBytes(ID_BYTES).toString("base64url"));
}

/**
 * Returns the token of a session; undefined if the session is invalid or has expired. A session has exactly one valid text, so
 * the whole text is compared, not the decoded signature.
 *
 * @param find returns the valid token with an id
 */
export function readSession<Token extends Signer>(
  text: string,
  find: (id: string) => Token | undefined,
  now: Date,
): Token | undefined {
  const { tokenId, expires, sessionId } = partsOf(text);
  const token = find(tokenId);
  const seconds = Number(expires);
  if (token === undefined || !/^\d{1,12}$/.test(expires) || seconds * 1000 <= now.getTime()) return undefined;
  return equalBytes(Buffer.from(sessionText(token, seconds, sessionId)), Buffer.from(text)) ? token : undefined;
}

/** Returns the id and the end of a session that readSession accepts. */
export function describeSession(text: string): Session {
  const { expires, sessionId } = partsOf(text);
  return { id: sessionId, expiresAt: new Date(Number(expires) * 1000) };
}

function partsOf(text: string) {
  const [tokenId = "", expires = "", sessionId = ""] = text.split(".");
  return { tokenId, expires, sessionId };
}

function sessionText({ id, secretHash }: Signer, seconds: number, sessionId: string): string {
  const signature = createHmac("sha256", secretHash)
    .update(`session ${id} ${seconds} ${sessionId}`)
    .digest("base64url");
  return `${id}.${seconds}.${sessionId}.${signature}`;
}

/**
 * Returns the value of the session cookie in a Cookie header.
 *
 * @param isSecure whether the client certainly uses TLS, so that only the `__Host-` cookie counts
 */
export function sessionCookie(header: string | undefined, { isSecure = false } = {}): string | undefined {
  const expected = sessionCookieName(isSecure);
  for (const pair of header?.split(";") ?? []) {
    const [name, value] = pair.trim().split("=");
    if (name === expected) return value;
  }
  return undefined;
}
