import type { AccessToken } from "../../store/access-tokens.js";

/** Whether a token lets anyone in at `now`: it is neither revoked nor expired. */
export function isLive({ expiresAt, revokedAt }: AccessToken, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}
