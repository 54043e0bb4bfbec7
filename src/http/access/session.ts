import { createHmac } from "node:crypto";
import { equalBytes } from "./token-text.js";

/**
 * The cookie that replaces a token in browsers. Images and download links cannot send an Authorization header, and a token
 * that a page stores is readable by every script that gets into the page.
 *
 * The cookie names a token and an expiry time and is signed with the stored hash of the token. It is therefore valid on every
 * server of the database, needs no table and ends with its token. HttpOnly hides it from scripts; SameSite=Strict keeps other
 * sites from sending it; the checks of Origin, and Apollo's own, protect older browsers. Signed URLs were rejected: they would
 * be in logs, histories and reports that are passed on.
 */
export const SESSION_COOKIE = "rankscope_session";

/** Duration of a session: a working day. */
export const SESSION_SECONDS = 12 * 3600;

/** The part of a token that signs its sessions. */
interface Signer {
  readonly id: string;
  readonly secretHash: Uint8Array;
}

/** Returns the value of a cookie that is valid until `expires`. */
export function writeSession(token: Signer, expires: Date): string {
  const seconds = Math.floor(expires.getTime() / 1000);
  return `${token.id}.${seconds}.${signature(token, seconds).toString("base64url")}`;
}

/**
 * Returns the token of a session; undefined if the session is invalid or has expired.
 *
 * @param find returns the valid token with an id
 */
export function readSession<Token extends Signer>(
  text: string,
  find: (id: string) => Token | undefined,
  now: Date,
): Token | undefined {
  const [id = "", expires = "", signed = ""] = text.split(".");
  const token = find(id);
  const seconds = Number(expires);
  if (token === undefined || !/^\d{1,12}$/.test(expires) || seconds * 1000 <= now.getTime()) return undefined;
  return equalBytes(signature(token, seconds), Buffer.from(signed, "base64url")) ? token : undefined;
}

function signature({ id, secretHash }: Signer, seconds: number): Buffer {
  return createHmac("sha256", secretHash).update(`session ${id} ${seconds}`).digest();
}

/** Returns the value of the session cookie in a Cookie header. */
export function sessionCookie(header: string | undefined): string | undefined {
  for (const pair of header?.split(";") ?? []) {
    const [name, value] = pair.trim().split("=");
    if (name === SESSION_COOKIE) return value;
  }
  return undefined;
}
