import { failure } from "../../errors.js";
import { listTokens, revokeToken } from "../../store/access-tokens.js";
import { openStore } from "../../store/database.js";
import { print, type Process } from "../process.js";

/** Revokes a token. @throws TOKEN_NOT_FOUND */
export async function revokeAccessToken({ config, log }: Process, id: string): Promise<void> {
  const database = await openStore(config, { purpose: "token", log });
  try {
    if (!(await revokeToken(database, id))) throw failure("TOKEN_NOT_FOUND", { received: JSON.stringify(id) });
    const remaining = (await listTokens(database)).filter(({ revokedAt }) => revokedAt === null);
    print(`Revoked ${id}.`);
    if (remaining.length === 0) {
      print("No token is left. A server on loopback accepts every request unless RANKSCOPE_REQUIRE_TOKEN is 1.");
    }
  } finally {
    await database.close();
  }
}
