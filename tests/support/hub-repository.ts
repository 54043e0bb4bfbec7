import { createHash } from "node:crypto";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * Writes a repository into a cache as huggingface_hub lays it out: blobs by hash, references, and one folder of links per commit.
 *
 * @param references the files of each branch or tag
 */
export async function hubRepositoryWith(
  cache: string,
  repository: string,
  references: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>,
): Promise<string> {
  const folder = path.join(cache, `models--${repository.replace("/", "--")}`);
  await mkdir(path.join(folder, "blobs"), { recursive: true });
  await mkdir(path.join(folder, "refs"), { recursive: true });
  for (const [reference, files] of Object.entries(references)) {
    const commit = createHash("sha1").update(reference).digest("hex");
    await writeFile(path.join(folder, "refs", reference), commit);
    for (const [file, content] of Object.entries(files)) {
      const blob = createHash("sha256").update(content).digest("hex");
      await writeFile(path.join(folder, "blobs", blob), content);
      const link = path.join(folder, "snapshots", commit, file);
      await mkdir(path.dirname(link), { recursive: true });
      await symlink(path.relative(path.dirname(link), path.join(folder, "blobs", blob)), link);
    }
  }
  return folder;
}
