import type { Connection } from "./connection.js";

/** Told on this channel: that tokens have changed. */
export const TOKEN_CHANNEL = "rankscope_token";

/** What is kept of a token: everything but its secret. */
export interface AccessToken {
  readonly id: string;
  readonly name: string;
  readonly role: "READER" | "WRITER" | "ADMIN";
  readonly allStudies: boolean;
  /** Slugs; empty where it opens all. */
  readonly studies: readonly string[];
  /** SHA-256 of the secret. */
  readonly secretHash: Buffer;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export type NewToken = Omit<AccessToken, "allStudies" | "createdAt" | "revokedAt" | "lastUsedAt">;

/** Stores a token; one without studies opens all. */
export async function createToken({ sql }: Connection, token: NewToken): Promise<void> {
  const { id, name, role, studies, secretHash, expiresAt } = token;
  await sql`
    with created as (
      insert into access_token (id, name, role, all_studies, studies, secret_hash, expires_at)
      values (${id}, ${name}, ${role}, ${studies.length === 0}, ${[...studies]}::text[], ${secretHash}, ${expiresAt})
      returning id)
    select pg_notify(${TOKEN_CHANNEL}, id) from created`;
}

/** All tokens, the newest first, those that are over among them. */
export function listTokens({ sql }: Connection): Promise<AccessToken[]> {
  return sql<AccessToken[]>`
    select id, name, role, all_studies as "allStudies", studies, secret_hash as "secretHash", created_at as "createdAt",
      expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"
    from access_token order by created_at desc, id`;
}

/** Ends a token now. Returns whether there was one of this id that was not revoked yet. */
export async function revokeToken({ sql }: Connection, id: string): Promise<boolean> {
  const revoked = await sql`
    with revoked as (
      update access_token set revoked_at = now() where id = ${id} and revoked_at is null returning id)
    select pg_notify(${TOKEN_CHANNEL}, id) from revoked`;
  return revoked.count > 0;
}

/** Notes when tokens were used last. */
export async function noteTokenUse({ sql }: Connection, uses: ReadonlyMap<string, Date>): Promise<void> {
  await sql`
    update access_token set last_used_at = greatest(last_used_at, used.at)
    from unnest(${[...uses.keys()]}::text[], ${[...uses.values()].map((at) => at.toISOString())}::timestamptz[]) as used (id, at)
    where access_token.id = used.id`;
}
