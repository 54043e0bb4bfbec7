import { failure } from "../../errors.js";
import { listTokens } from "../../store/access-tokens.js";
import type { Database } from "../../store/database.js";
import { isLive } from "./is-live.js";
import { isLoopback } from "./is-loopback.js";

/** @throws TOKEN_NEEDED where others can reach a server that listens on `host`, and no token lets anyone in */
export async function requireToken(database: Pick<Database, "prisma">, host: string): Promise<void> {
  if (isLoopback(host)) return;
  const now = new Date();
  const tokens = await listTokens(database);
  if (!tokens.some((token) => isLive(token, now))) throw failure("TOKEN_NEEDED", { where: "HOST", received: host });
}
