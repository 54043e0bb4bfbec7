import { BlockList, isIP } from "node:net";
import { failure } from "../../errors.js";
import { listTokens } from "../../store/access-tokens.js";
import type { Database } from "../../store/database.js";
import { isValidToken } from "./token-watch.js";

/** @throws TOKEN_NEEDED if a server on `host` is reachable from other machines and no valid token exists */
export async function requireToken(database: Pick<Database, "prisma">, host: string): Promise<void> {
  if (isLoopback(host)) return;
  const now = new Date();
  const tokens = await listTokens(database);
  if (!tokens.some((token) => isValidToken(token, now))) {
    throw failure("TOKEN_NEEDED", { where: "HOST", received: host });
  }
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** Whether a server that listens on `host` is reachable only from its own machine. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === "localhost";
  return LOOPBACK.check(host, family === 6 ? "ipv6" : "ipv4");
}
