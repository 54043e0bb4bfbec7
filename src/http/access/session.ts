import { createHmac } from "node:crypto";
import { sameBytes } from "./token-text.js";

/**
 * What a browser has instead of a token: pictures in <img> and links to downloads carry no header of ours, and a page that
 * kept the token would give it to any script that gets into it. The cookie names a token and a time and is signed by the
 * token's stored hash, so it is good on every server of the database, needs no table, and ends with its token. HttpOnly keeps
 * it from scripts, SameSite=Strict from what other sites send; the Origin check and Apollo's own keep out what older browsers
 * would let through. A signed address was the other way: it would be in logs, histories and reports that people pass on.
 */
export const SESSION_COOKIE = "rankscope_session";

/** A working day. */
export const SESSION_SECONDS = 12 * 3600;

/** Of a token, what signs its sessions. */
interface Signer {
  readonly id: string;
  readonly secretHash: Uint8Array;
}

/** The cookie's value, good until `until`. */
export function writeSession(token: Signer, until: Date): string {
  const seconds = Math.floor(until.getTime() / 1000);
  return `${token.id}.${seconds}.${signature(token, seconds).toString("base64url")}`;
}

/** The token that a session is of, found by `find`, where its signature holds at `now`. */
export function readSession<Token extends Signer>(
  text: string,
  find: (id: string) => Token | undefined,
  now: Date,
): Token | undefined {
  const [id = "", until = "", given = ""] = text.split(".");
  const token = find(id);
  const seconds = Number(until);
  if (token === undefined || !/^\d{1,12}$/.test(until) || seconds * 1000 <= now.getTime()) return undefined;
  return sameBytes(signature(token, seconds), Buffer.from(given, "base64url")) ? token : undefined;
}

function signature({ id, secretHash }: Signer, seconds: number): Buffer {
  return createHmac("sha256", secretHash).update(`session ${id} ${seconds}`).digest();
}

/** The value of the session's cookie in a request's header. */
export function sessionOf(cookies: string | undefined): string | undefined {
  for (const pair of cookies?.split(";") ?? []) {
    const [name, value] = pair.trim().split("=");
    if (name === SESSION_COOKIE) return value;
  }
  return undefined;
}
