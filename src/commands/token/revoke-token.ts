import { failure } from "../../errors.js";
import { listTokens, revokeToken } from "../../store/access-tokens.js";
import { openStore } from "../../store/database.js";
import { print, type Process } from "../process.js";

/** Ends a token. @throws TOKEN_NOT_FOUND */
export async function revokeAccessToken({ config, log }: Process, id: string): Promise<void> {
  const database = await openStore(config, { purpose: "token", log });
  try {
    if (!(await revokeToken(database, id))) throw failure("TOKEN_NOT_FOUND", { received: JSON.stringify(id) });
    const left = (await listTokens(database)).filter(({ revokedAt }) => revokedAt === null);
    print(
      `Revoked ${id}.`,
      ...(left.length > 0
        ? []
        : ["No token is left: a server on loopback is open to all who reach it, unless RANKSCOPE_REQUIRE_TOKEN is 1."]),
    );
  } finally {
    await database.close();
  }
}
