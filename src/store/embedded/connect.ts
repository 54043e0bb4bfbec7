import { existsSync } from "node:fs";
import { openControlConnection } from "./control-connection.js";
import { databaseUrl, readCredentials } from "./credentials.js";
import { openDataFiles } from "./data-files.js";
import { type Owner, readOwner } from "./ownership.js";
import { hasServerRole, prepareServerRole } from "./server-role.js";
import { findPostmaster } from "./running-postmaster.js";

/**
 * Returns the embedded PostgreSQL that another living process runs on `dataDirectory`; undefined if there is none. It ends with
 * its owner.
 *
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE if it belongs to another user
 */
export async function connectToEmbeddedPostgres({
  dataDirectory,
}: {
  readonly dataDirectory: string;
}): Promise<{ readonly url: string; readonly owner: Owner } | undefined> {
  if (!existsSync(dataDirectory)) return undefined;
  const files = await openDataFiles(dataDirectory);
  const credentials = await readCredentials(files);
  if (credentials === undefined) return undefined;
  const { port } = (await findPostmaster(files.cluster)) ?? {};
  if (port === undefined) return undefined;
  const connection = await openControlConnection(port, credentials);
  if (connection === undefined) return undefined;
  try {
    const found = await readOwner(connection);
    if (found === undefined) return undefined;
    const { held, alive, ...owner } = found;
    // A running server of an older version has not created the role.
    if (held && alive && (await hasServerRole(connection)) === false)
      await prepareServerRole(connection, port, credentials);
    return held && alive ? { url: databaseUrl(credentials, port), owner } : undefined;
  } finally {
    await connection.close();
  }
}
