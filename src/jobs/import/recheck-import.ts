import { failure } from "../../errors.js";
import { allowedFolder } from "../../files/allowed-folder.js";
import type { ImportRequest, JobRequester } from "../../model/job-payloads.js";
import { findValidToken, importRootsOf } from "../../store/access-tokens.js";
import type { Connection } from "../../store/connection.js";

/**
 * Checks a client's import again when its turn has come: tokens are revoked and folders are replaced by links while imports wait.
 * The import opens the folder at its real path only, so that a link that replaces it later is not followed.
 *
 * @throws UNAUTHENTICATED for a token that was revoked or has expired; FORBIDDEN, FOLDER_NOT_ALLOWED
 */
export async function recheckImport(
  database: Connection,
  { folder, where = folder, serverRoots }: ImportRequest,
  { requestedBy }: JobRequester,
): Promise<void> {
  const token = requestedBy === undefined ? undefined : await findValidToken(database, requestedBy);
  if (requestedBy !== undefined && token === undefined) {
    throw failure("UNAUTHENTICATED", {
      where,
      received: "a token that was revoked, or has expired, before the import ran",
    });
  }
  if (serverRoots === undefined) return;
  const roots = { server: serverRoots, token: token && importRootsOf(token) };
  if ((await allowedFolder(folder, roots)) === folder) return;
  throw failure("FOLDER_NOT_ALLOWED", {
    where: "folder",
    received: `${JSON.stringify(where)}, which was replaced by a link before the import ran`,
    allowed: "a folder that stays at its path until the import has ended",
  });
}
