import { changedFields, type Actor } from "../model/audit.js";
import { auditEntry } from "./audit/record-audit.js";
import type { Connection } from "./connection.js";
import type { Database } from "./database.js";

/** The channel that PostgreSQL notifies when tokens change. */
export const TOKEN_CHANNEL = "rankscope_token";

/** A stored token. Its secret is not stored. */
export interface AccessToken {
  readonly id: string;
  readonly name: string;
  readonly role: "READER" | "WRITER" | "ADMIN";
  /** True if the token grants access to every study; `studies` is empty then. */
  readonly allStudies: boolean;
  /** Slugs of the studies that the token grants access to. */
  readonly studies: readonly string[];
  /** Stored import roots: absolute, with links resolved. `importRootsOf` says what an empty list means. */
  readonly importRoots: readonly string[];
  /** SHA-256 of the secret. */
  readonly secretHash: Uint8Array;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** Requests that all servers together answer in a minute; null for any number. */
  readonly requestsPerMinute: number | null;
}

export type NewToken = Omit<
  AccessToken,
  "allStudies" | "createdAt" | "revokedAt" | "lastUsedAt" | "requestsPerMinute"
> &
  Partial<Pick<AccessToken, "requestsPerMinute">>;

/** Stores a token. A token without studies grants access to all of them. */
export async function createToken({ prisma }: Pick<Database, "prisma">, token: NewToken, actor: Actor): Promise<void> {
  const { id, name, role, studies, importRoots, secretHash, expiresAt, requestsPerMinute = null } = token;
  const create = prisma.accessToken.create({
    data: {
      id,
      name,
      role,
      allStudies: studies.length === 0,
      studies: [...studies],
      importRoots: [...importRoots],
      secretHash: new Uint8Array(secretHash),
      expiresAt,
      requestsPerMinute,
    },
  });
  const details = { name, role, studies, importRoots, expiresAt, requestsPerMinute };
  const entry = auditEntry(actor, { action: "TOKEN_CREATED", subject: id, details });
  await prisma.$transaction([create, prisma.auditEntry.create({ data: entry }), notifyTokenChange(prisma, id)]);
}

/**
 * Returns the folders that imports of a token may read; undefined for all of the server's import roots. A token for some studies
 * has none unless it was created with some, because the server's roots also contain the folders of other studies.
 */
export function importRootsOf({
  allStudies,
  importRoots,
}: Pick<AccessToken, "allStudies" | "importRoots">): readonly string[] | undefined {
  return allStudies && importRoots.length === 0 ? undefined : importRoots;
}

/** Returns all tokens, revoked and expired ones included, the newest first. */
export function listTokens({ prisma }: Pick<Database, "prisma">): Promise<AccessToken[]> {
  return prisma.accessToken.findMany({ orderBy: [{ createdAt: "desc" }, { id: "asc" }] });
}

/** Returns a token that is neither revoked nor expired by PostgreSQL's clock; undefined if no such token has this id. */
export async function findValidToken(
  { sql }: Connection,
  id: string,
): Promise<Pick<AccessToken, "allStudies" | "studies" | "importRoots"> | undefined> {
  const [token] = await sql<Pick<AccessToken, "allStudies" | "studies" | "importRoots">[]>`
    select all_studies as "allStudies", studies, import_roots as "importRoots" from access_token
    where id = ${id} and revoked_at is null and (expires_at is null or expires_at > now())`;
  return token;
}

/** Revokes a token now. Returns false if no unrevoked token has this id. */
export function revokeToken({ prisma }: Pick<Database, "prisma">, id: string, actor: Actor): Promise<boolean> {
  return prisma.$transaction(async (transaction) => {
    const where = { id, revokedAt: null };
    const { count } = await transaction.accessToken.updateMany({ where, data: { revokedAt: new Date() } });
    if (count === 0) return false;
    await transaction.auditEntry.create({ data: auditEntry(actor, { action: "TOKEN_REVOKED", subject: id }) });
    await notifyTokenChange(transaction, id);
    return true;
  });
}

/**
 * Changes the number of requests per minute of an unrevoked token; null allows any number. All servers apply it at once. Returns
 * false if no unrevoked token has this id.
 */
export function limitToken(
  { prisma }: Pick<Database, "prisma">,
  id: string,
  requestsPerMinute: number | null,
  actor: Actor,
): Promise<boolean> {
  return prisma.$transaction(async (transaction) => {
    const token = await transaction.accessToken.findFirst({ where: { id, revokedAt: null } });
    if (token === null) return false;
    await transaction.accessToken.update({ where: { id }, data: { requestsPerMinute } });
    const details = changedFields({ requestsPerMinute: token.requestsPerMinute }, { requestsPerMinute });
    await transaction.auditEntry.create({ data: auditEntry(actor, { action: "TOKEN_CHANGED", subject: id, details }) });
    await notifyTokenChange(transaction, id);
    return true;
  });
}

/** PostgreSQL delivers the notification when the transaction commits. */
function notifyTokenChange(prisma: Pick<Database["prisma"], "$executeRaw">, id: string) {
  return prisma.$executeRaw`select pg_notify(${TOKEN_CHANNEL}, ${id})`;
}

/** Records when tokens were last used, in one SQL statement for all tokens. */
export async function recordTokenUse({ sql }: Connection, uses: ReadonlyMap<string, Date>): Promise<void> {
  await sql`
    update access_token set last_used_at = greatest(last_used_at, used.at)
    from unnest(${[...uses.keys()]}::text[], ${[...uses.values()].map((at) => at.toISOString())}::timestamptz[]) as used (id, at)
    where access_token.id = used.id`;
}
