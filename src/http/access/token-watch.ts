import type { Log } from "../../log.js";
import { listTokens, noteTokenUse, TOKEN_CHANNEL, type AccessToken } from "../../store/access-tokens.js";
import type { Database } from "../../store/database.js";
import { openNotificationListener } from "../../store/notification-listener.js";
import { isLive } from "./is-live.js";

/** How often it is written when tokens were used. */
const NOTE_MILLISECONDS = 60_000;

/** The tokens as they are now, without a statement for each request. */
export interface TokenWatch {
  /** One that is neither revoked nor expired. */
  live(id: string, now: Date): AccessToken | undefined;
  /** Whether there is any that nobody has revoked, expired ones among them: an expiry must not open a server. */
  hasAny(): boolean;
  used(id: string, at: Date): void;
  close(): Promise<void>;
}

/**
 * Reads all tokens, and again whenever they change: PostgreSQL notifies of it. A notification can be lost with its connection,
 * so they are read every `refreshSeconds` too: that long a revoked token may live at the worst.
 */
export async function openTokenWatch(
  database: Pick<Database, "prisma" | "sql">,
  { refreshSeconds, log }: { readonly refreshSeconds: number; readonly log: Log },
): Promise<TokenWatch> {
  let tokens = new Map<string, AccessToken>();
  let uses = new Map<string, Date>();
  let last = Promise.resolve();

  const read = async () => {
    tokens = new Map((await listTokens(database)).map((token) => [token.id, token]));
  };
  const again = () => {
    last = last.then(read).catch((err: unknown) => log.warn({ err }, "tokens could not be read again"));
  };
  const note = async () => {
    if (uses.size === 0) return;
    const noted = uses;
    uses = new Map();
    await noteTokenUse(database, noted).catch((err: unknown) => log.warn({ err }, "the use of tokens was not noted"));
  };

  // Listens before it reads, and reads again when the connection was lost and is back: nothing is missed in between.
  const listening = await openNotificationListener(database, TOKEN_CHANNEL, {
    onNotification: again,
    onReconnect: again,
    log,
  });
  await read();
  const refreshing = setInterval(again, refreshSeconds * 1000);
  const noting = setInterval(() => {
    last = last.then(note);
  }, NOTE_MILLISECONDS);
  return {
    live(id, now) {
      const token = tokens.get(id);
      return token !== undefined && isLive(token, now) ? token : undefined;
    },
    hasAny: () => [...tokens.values()].some(({ revokedAt }) => revokedAt === null),
    used: (id, at) => uses.set(id, at),
    async close() {
      clearInterval(refreshing);
      clearInterval(noting);
      await listening.close();
      await last;
      await note();
    },
  };
}
