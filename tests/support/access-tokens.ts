import { newTokenText } from "#src/http/access/token-text.js";
import { createToken, type NewToken } from "#src/store/access-tokens.js";
import type { Connection } from "#src/store/connection.js";

/** Stores a token of all studies, unless told otherwise; its text. */
export async function storedToken(
  connection: Connection,
  token: Pick<NewToken, "role"> & Partial<NewToken>,
): Promise<{ readonly id: string; readonly text: string }> {
  const { id, text, secretHash } = newTokenText();
  await createToken(connection, { id, secretHash, name: "", studies: [], expiresAt: null, ...token });
  return { id, text };
}
