import { randomBytes } from "node:crypto";
import { chown, link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { z } from "zod";
import { failure } from "../../errors.js";
import type { DataFiles } from "./data-files.js";

/** The one role of the embedded PostgreSQL, and the database that Rankscope lives in. */
export const ROLE = "rankscope";
export const DATABASE = "rankscope";

const Credentials = z.object({
  password: z.string().min(1),
  /** Where PostgreSQL listened last; it is taken again when it is free. Absent until the first start succeeded. */
  port: z.number().int().optional(),
});
export type Credentials = z.infer<typeof Credentials>;

/** The address of the database, its password included. */
export function databaseUrl({ password }: Credentials, port: number): string {
  return `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

/** @throws EMBEDDED_POSTGRES_UNAVAILABLE where the file is damaged or not for this user to read */
export async function readCredentials({ credentials }: DataFiles): Promise<Credentials | undefined> {
  const text = await readFile(credentials, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
      where: credentials,
      received: cause.message,
      todo: "Run this as the user that made the file, choose another RANKSCOPE_DATA, or set DATABASE_URL.",
      cause,
    });
  });
  if (text === undefined) return undefined;
  try {
    return Credentials.parse(JSON.parse(text));
  } catch (cause) {
    throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
      where: credentials,
      received: "something other than port and password",
      todo: "Restore the file. Without its password the database beside it cannot be opened.",
      cause,
    });
  }
}

/** Those of the file, or new ones with a random password; processes that make them at once all get the same. */
export async function obtainCredentials(files: DataFiles): Promise<Credentials> {
  const stored = await readCredentials(files);
  if (stored !== undefined) return stored;
  const scratch = await writeScratch(files, { password: randomBytes(24).toString("hex") });
  // A hard link appears whole or not at all, and never replaces what another process put there first.
  await link(scratch, files.credentials).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(scratch);
  return (await readCredentials(files)) ?? obtainCredentials(files);
}

/** Notes where PostgreSQL listens now. The file keeps its owner, so that a start by root does not lock out a user. */
export async function recordPort(files: DataFiles, credentials: Credentials, port: number): Promise<void> {
  if (port === credentials.port) return;
  const scratch = await writeScratch(files, { ...credentials, port });
  const { uid, gid } = await stat(files.credentials);
  if (process.getuid?.() === 0) await chown(scratch, uid, gid);
  await rename(scratch, files.credentials);
}

async function writeScratch(files: DataFiles, credentials: Credentials): Promise<string> {
  const scratch = `${files.credentials}.${randomBytes(6).toString("hex")}`;
  await writeFile(scratch, `${JSON.stringify(credentials)}\n`, { mode: 0o600 });
  return scratch;
}
