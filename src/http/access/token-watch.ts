import type { Log } from "../../log.js";
import type { Actor } from "../../model/audit.js";
import { listTokens, recordTokenUse, TOKEN_CHANNEL, type AccessToken } from "../../store/access-tokens.js";
import type { Database } from "../../store/database.js";
import { signedOutSessions, signOutSession, type Session } from "../../store/signed-out-sessions.js";
import { openNotificationListener } from "../../store/notification-listener.js";

/** Interval at which the use of tokens is stored. */
const NOTE_MILLISECONDS = 60_000;

/** The current tokens and the sessions that are signed out, without an SQL statement for each request. */
export interface TokenWatch {
  /** Returns the token with this id if it is neither revoked nor expired. */
  find(id: string, now: Date): AccessToken | undefined;
  /** Whether a token was ever created. Revoked and expired tokens count: the end of a token must not open a server. */
  hadAny(): boolean;
  /** Notes that a token was used. */
  noteUse(id: string, at: Date): void;
  /** Whether a session was signed out, on this or another server. */
  isSignedOut(session: Session): boolean;
  /** Signs a session out on all servers. It is refused by this one when the promise resolves. */
  signOut(session: Session, actor: Actor): Promise<void>;
  close(): Promise<void>;
}

export interface TokenWatchOptions {
  /** Interval at which tokens are read even without a notification: the longest time that a revoked token can remain valid. */
  readonly refreshSeconds: number;
  readonly log: Log;
}

/** Whether a token is neither revoked nor expired. */
export function isValidToken({ expiresAt, revokedAt }: AccessToken, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

/** Reads all tokens and signed-out sessions, and reads them again when PostgreSQL notifies of a change. */
export async function openTokenWatch(
  database: Pick<Database, "prisma" | "sql">,
  { refreshSeconds, log }: TokenWatchOptions,
): Promise<TokenWatch> {
  let tokens = new Map<string, AccessToken>();
  let signedOut = new Set<string>();
  let uses = new Map<string, Date>();
  /** Resolves when the last statement has ended: statements run one after the other. */
  let last = Promise.resolve();

  async function read(): Promise<void> {
    tokens = new Map((await listTokens(database)).map((token) => [token.id, token]));
    signedOut = await signedOutSessions(database);
  }
  function refresh(): void {
    last = last.then(read).catch((err: unknown) => log.warn({ err }, "tokens could not be refreshed"));
  }
  async function storeUses(): Promise<void> {
    if (uses.size === 0) return;
    const stored = uses;
    uses = new Map();
    await recordTokenUse(database, stored).catch((err: unknown) =>
      log.warn({ err }, "the use of tokens could not be stored"),
    );
  }

  // Listen before the first read, and refresh after a lost connection, so that no change is missed.
  const listening = await openNotificationListener(database, TOKEN_CHANNEL, {
    onNotification: refresh,
    onReconnect: refresh,
    log,
  });
  await read();
  const refreshing = setInterval(refresh, refreshSeconds * 1000);
  const noting = setInterval(() => {
    last = last.then(storeUses);
  }, NOTE_MILLISECONDS);
  return {
    find(id, now) {
      const token = tokens.get(id);
      return token !== undefined && isValidToken(token, now) ? token : undefined;
    },
    hadAny: () => tokens.size > 0,
    noteUse: (id, at) => uses.set(id, at),
    isSignedOut: ({ id }) => signedOut.has(id),
    async signOut(session, actor) {
      await signOutSession(database, session, actor);
      // An earlier refresh could otherwise finish later, with sessions that it read before.
      await last;
      signedOut.add(session.id);
    },
    async close() {
      clearInterval(refreshing);
      clearInterval(noting);
      await listening.close();
      await last;
      await storeUses();
    },
  };
}
