import { TOKEN_CHANNEL } from "./access-tokens.js";
import type { Actor } from "../model/audit.js";
import { auditEntry } from "./audit/record-audit.js";
import type { Database } from "./database.js";

/** A session of a page that signed in with a token. */
export interface Session {
  /** Random and unique. */
  readonly id: string;
  readonly expiresAt: Date;
}

/** Stores that a session is signed out, notifies all servers, and deletes expired sessions. */
export async function signOutSession(
  { prisma }: Pick<Database, "prisma">,
  session: Session,
  actor: Actor,
): Promise<void> {
  await prisma.$transaction([
    prisma.signedOutSession.deleteMany({ where: { expiresAt: { lte: new Date() } } }),
    prisma.signedOutSession.createMany({ data: [session], skipDuplicates: true }),
    prisma.auditEntry.create({ data: auditEntry(actor, { action: "SIGNED_OUT" }) }),
    prisma.$executeRaw`select pg_notify(${TOKEN_CHANNEL}, ${session.id})`,
  ]);
}

/** Returns the ids of the sessions that are signed out and have not expired. */
export async function signedOutSessions({ prisma }: Pick<Database, "prisma">): Promise<Set<string>> {
  const sessions = await prisma.signedOutSession.findMany({ where: { expiresAt: { gt: new Date() } } });
  return new Set(sessions.map(({ id }) => id));
}
