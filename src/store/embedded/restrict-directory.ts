import { chmod, chown, readdir, stat } from "node:fs/promises";

/** Names of the entries that Rankscope itself keeps in a data directory. */
const OWN_ENTRY = /^(postgres|weights)/;
const OWNER_ONLY = 0o700;
/** Mode that allows a group to enter a directory, but neither to list nor to change it. */
const GROUP_MAY_ENTER = 0o010;

/**
 * Allows only the user of this process to use the data directory. Root, which runs PostgreSQL as another user, also allows the
 * group `gid` of that user to enter it. A directory with other files in it, or of another owner, keeps its mode: it may have
 * other users.
 */
export async function restrictDirectory(directory: string, gid: number | undefined): Promise<void> {
  const own = process.getuid?.();
  if (own === undefined) return;
  const entry = await stat(directory);
  if (entry.uid !== own || !(await readdir(directory)).every((name) => OWN_ENTRY.test(name))) return;
  const mode = gid === undefined ? OWNER_ONLY : OWNER_ONLY | GROUP_MAY_ENTER;
  if (gid !== undefined && entry.gid !== gid) await chown(directory, own, gid);
  if ((entry.mode & 0o777) !== mode) await chmod(directory, mode);
}
