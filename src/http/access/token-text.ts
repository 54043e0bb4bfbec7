import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A new token: its text, which is shown once, and what is stored. */
export interface NewTokenText {
  readonly id: string;
  /** `rks_<id>_<secret>`. Scanners for leaked secrets recognise the prefix. */
  readonly text: string;
  readonly secretHash: Buffer;
}

/** A parsed token. */
export interface ParsedToken {
  readonly id: string;
  readonly secretHash: Buffer;
}

const SECRET_BYTES = 32;
const TOKEN_PATTERN = /^rks_([0-9a-f]{12})_([\w-]{43})$/;

/** Creates a token of 256 random bits. */
export function newTokenText(): NewTokenText {
  const id = randomBytes(6).toString("hex");
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  return { id, text: `rks_${id}_${secret}`, secretHash: hashOf(secret) };
}

/** Parses the text of a token; undefined if it is malformed. */
export function readTokenText(text: string): ParsedToken | undefined {
  const [, id, secret] = TOKEN_PATTERN.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secretHash: hashOf(secret) };
}

/**
 * Hashes a secret with one round of SHA-256. Slow hashes protect passwords, which can be guessed; a secret of 256 random bits
 * cannot, and every request would pay for a slow hash.
 */
function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** Compares bytes in a time that does not depend on the position of a difference. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
