import { chmod, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Allows only their owner to read the weight files that older versions kept with the modes of their originals. Files of other
 * owners are left alone. A folder that only its owner may enter protects its files already, and is not read.
 */
export async function restrictFiles(directory: string): Promise<void> {
  const own = process.getuid?.();
  const folder = await stat(directory).catch(() => undefined);
  if (own === undefined || folder === undefined || folder.uid !== own || (folder.mode & 0o077) === 0) return;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    // Another process may have removed the file or folder meanwhile; root may own one that was mounted there.
    if (entry.isFile()) await chmod(path, 0o600).catch(() => undefined);
    else if (entry.isDirectory()) await chmod(path, 0o700).catch(() => undefined);
  }
  // The folder is last: a restriction that was interrupted is repeated.
  await chmod(directory, 0o700).catch(() => undefined);
}
