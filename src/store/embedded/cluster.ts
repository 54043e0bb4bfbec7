import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chown, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { failure } from "../../errors.js";
import type { Binaries } from "./binaries.js";
import { ADMINISTRATOR, type Credentials } from "./credentials.js";
import type { DataFiles } from "./data-files.js";
import type { OperatingUser } from "./operating-user.js";
import { commandOf } from "./process-table.js";
import { spawnAs } from "./spawn-as.js";

/** Settings for a server of one application. They are written to postgresql.conf, where they can be changed. */
const SETTINGS = [
  "max_connections=50",
  "shared_buffers=128MB",
  "max_wal_size=256MB",
  "log_checkpoints=off",
  "timezone=UTC",
  "log_timezone=UTC",
];

/** `builtin` collation: C.UTF-8 is part of this PostgreSQL and does not depend on the locales of the machine. */
const ENCODING = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];

/**
 * Creates the PostgreSQL cluster if it does not exist. It is created under another name and renamed when it is complete, so that
 * a crash or a second process cannot leave an incomplete one.
 *
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE with the output of initdb
 */
export async function createCluster(
  files: DataFiles,
  binaries: Binaries,
  user: OperatingUser | undefined,
  { password }: Credentials,
): Promise<void> {
  if (isComplete(files)) return;
  await removeAbandoned(files);
  const scratch = `${files.cluster}.init-${process.pid}-${randomBytes(4).toString("hex")}`;
  const passwordFile = join(scratch, "password");
  try {
    await mkdir(scratch, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user !== undefined) await handOver([scratch, passwordFile], user);
    const made = join(scratch, "data");
    const access = ["-U", ADMINISTRATOR, `--pwfile=${passwordFile}`, "-A", "scram-sha-256"];
    const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
    await initdb(binaries, user, ["-D", made, ...access, ...ENCODING, "--no-instructions", ...settings]);
    await rename(made, files.cluster).catch((error: NodeJS.ErrnoException) => {
      // Another process created the cluster first, with the same password.
      if (!isComplete(files)) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Returns true if the cluster exists. */
export function isComplete({ cluster }: DataFiles): boolean {
  return existsSync(join(cluster, "PG_VERSION"));
}

async function handOver(paths: readonly string[], { uid, gid }: OperatingUser): Promise<void> {
  await Promise.all(paths.map((path) => chown(path, uid, gid))).catch((cause: unknown) => {
    throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
      where: paths[0],
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "Run as an ordinary user, give root the right to change owners here, or set DATABASE_URL.",
      cause,
    });
  });
}

async function initdb(
  binaries: Binaries,
  user: OperatingUser | undefined,
  parameters: readonly string[],
): Promise<void> {
  const child = await spawnAs(user, binaries.initdb, parameters, ["ignore", "ignore", "pipe"]);
  const ended = once(child, "close");
  const output = child.stderr === null ? "" : await text(child.stderr);
  const [code] = (await ended) as [number | null];
  if (code === 0) return;
  throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
    where: binaries.initdb,
    received: output.trim() || `exit status ${code}`,
    fix: "Fix the reported problem, or set DATABASE_URL.",
  });
}

/** Removes incomplete clusters of processes that were killed in initdb. */
async function removeAbandoned({ directory, cluster }: DataFiles): Promise<void> {
  for (const name of await readdir(directory)) {
    const maker = new RegExp(`^${basename(cluster)}\\.init-(\\d+)-`).exec(name)?.[1];
    if (maker === undefined || (await commandOf(Number(maker))) !== "") continue;
    // An initdb that is still running may write there. The next start removes the rest.
    await rm(join(directory, name), { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
  }
}
