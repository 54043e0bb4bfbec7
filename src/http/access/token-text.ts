import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What is shown once, and what is kept. */
export interface NewTokenText {
  readonly id: string;
  /** `rks_<id>_<secret>`: the prefix is for scanners that look for secrets where none should be. */
  readonly text: string;
  readonly secretHash: Buffer;
}

const SECRET_BYTES = 32;
const FORM = /^rks_([0-9a-f]{12})_([\w-]{43})$/;

/** Makes a token of 256 random bits. */
export function newTokenText(): NewTokenText {
  const id = randomBytes(6).toString("hex");
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  return { id, text: `rks_${id}_${secret}`, secretHash: hashOf(secret) };
}

/** The parts of a token's text; undefined where it is none. */
export function readTokenText(text: string): { readonly id: string; readonly secretHash: Buffer } | undefined {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secretHash: hashOf(secret) };
}

/**
 * One round of SHA-256: a slow hash protects passwords, which can be guessed; of 2^256 equally likely secrets none can, and
 * every request would pay for it.
 */
function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** Compares in a time that does not depend on where they differ. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
