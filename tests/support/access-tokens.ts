import { newTokenText } from "#src/http/access/token-text.js";
import { createToken, type NewToken } from "#src/store/access-tokens.js";
import type { Database } from "#src/store/database.js";
import { SERVER_ACTOR } from "#src/model/audit.js";

/** Stores a token, by default for all studies, and returns its text. */
export async function storedToken(
  database: Pick<Database, "prisma">,
  token: Pick<NewToken, "role"> & Partial<NewToken>,
): Promise<{ readonly id: string; readonly text: string }> {
  const { id, text, secretHash } = newTokenText();
  const unlimited = { name: "", studies: [], importRoots: [], expiresAt: null };
  await createToken(database, { id, secretHash, ...unlimited, ...token }, SERVER_ACTOR);
  return { id, text };
}
