import { createHmac, randomBytes } from "node:crypto";
import { chown, link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { z } from "zod";
import { failure } from "../../errors.js";
import type { DataFiles } from "./data-files.js";

/** The role that initdb makes, a superuser. Only connections that manage the embedded PostgreSQL use it. */
export const ADMINISTRATOR = "rankscope";
/** The role of servers and commands, which owns the database and is no superuser. */
export const SERVER_ROLE = "rankscope_server";
export const DATABASE = "rankscope";

const Credentials = z.object({
  /** Password of the administrator. */
  password: z.string().min(1),
  /** Port of the last start, which is used again if it is free. Absent before the first successful start. */
  port: z.number().int().optional(),
});
export type Credentials = z.infer<typeof Credentials>;

/** Returns the URL of the database for the server's role, with its password. */
export function databaseUrl(credentials: Credentials, port: number): string {
  return `postgresql://${SERVER_ROLE}:${serverPassword(credentials)}@127.0.0.1:${port}/${DATABASE}`;
}

/** Returns the URL of the database for the administrator, with its password. */
export function administratorUrl({ password }: Credentials, port: number): string {
  return `postgresql://${ADMINISTRATOR}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

/**
 * Returns the password of the server's role. It is derived from the administrator's, so that files of older versions contain it,
 * and does not reveal it.
 */
export function serverPassword({ password }: Credentials): string {
  return createHmac("sha256", password).update(SERVER_ROLE).digest("hex");
}

/** Reads the stored credentials. @throws EMBEDDED_POSTGRES_UNAVAILABLE if the file is damaged or not readable */
export async function readCredentials({ credentials }: DataFiles): Promise<Credentials | undefined> {
  const text = await readFile(credentials, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
      where: credentials,
      received: cause.message,
      fix: "Run this as the owner of the file, choose another RANKSCOPE_DATA, or set DATABASE_URL.",
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
      fix: "Restore the file. Without its password the database beside it cannot be opened.",
      cause,
    });
  }
}

/** Returns the stored credentials, or creates them with a random password. Concurrent processes get the same password. */
export async function obtainCredentials(files: DataFiles): Promise<Credentials> {
  const stored = await readCredentials(files);
  if (stored !== undefined) return stored;
  const scratch = await writeScratch(files, { password: randomBytes(24).toString("hex") });
  // A hard link is atomic and does not replace the file of another process.
  await link(scratch, files.credentials).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(scratch);
  return (await readCredentials(files)) ?? obtainCredentials(files);
}

/** Stores the port. The file keeps its owner, so that a start by root does not lock out a user. */
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
