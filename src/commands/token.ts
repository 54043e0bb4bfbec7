import path from "node:path";
import { failure } from "../errors.js";
import { allowedFolder } from "../files/allowed-folder.js";
import type { Role } from "../graphql/access/principal.js";
import { newTokenText } from "../http/access/token-text.js";
import { isValidToken } from "../http/access/token-watch.js";
import {
  createToken,
  importRootsOf,
  limitToken,
  listTokens,
  revokeToken,
  type AccessToken,
} from "../store/access-tokens.js";
import { slugOf } from "../store/studies/slug.js";
import { thisActor } from "./os-user.js";
import { print, printLines, type Process } from "./process.js";
import { textTable } from "./terminal/table.js";
import { withStore } from "./with-store.js";

export interface TokenOptions {
  readonly role: Role;
  readonly study?: readonly string[];
  readonly importRoot?: readonly string[];
  readonly name: string;
  readonly expires?: string;
  /** Undefined for any number. */
  readonly requestsPerMinute?: number;
}

const HOURS_PER_UNIT = { h: 1, d: 24, w: 24 * 7, y: 24 * 365 } as const;

/** Creates a token and prints it. Only its hash is stored, so it cannot be shown again. @throws ARGUMENT_INVALID */
export async function createAccessToken(command: Process, options: TokenOptions): Promise<void> {
  const { role, name, study = [], importRoot = [], expires, requestsPerMinute = null } = options;
  const studies = study.map(validateSlug);
  const importRoots = await Promise.all(importRoot.map((root) => validateImportRoot(root, command.config)));
  const expiresAt = expires === undefined ? null : parseExpiry(expires, new Date());
  await withStore(command, "token", async (database) => {
    const { id, text, secretHash } = newTokenText();
    const studiesText = studies.length === 0 ? "all studies" : studies.join(", ");
    const expiryText = expiresAt === null ? "never expires" : `expires ${expiresAt.toISOString()}`;
    await createToken(
      database,
      {
        id,
        name,
        studies,
        importRoots,
        secretHash,
        expiresAt,
        requestsPerMinute,
        role: role.toUpperCase() as AccessToken["role"],
      },
      thisActor(),
    );
    print(
      text,
      "",
      `${id}: ${role} of ${studiesText}, ${expiryText}, ${limitText(requestsPerMinute)}.`,
      ...importLines(role, studies, importRoots),
      "The token is not shown again. Every request to a server of this database now requires a token.",
    );
  });
}

/** Returns `slug` if it is well-formed. The study need not exist yet: a token may permit its import. @throws ARGUMENT_INVALID */
function validateSlug(slug: string): string {
  const allowed = slugOf(slug);
  if (slug !== allowed) {
    throw failure("ARGUMENT_INVALID", {
      where: "--study",
      received: JSON.stringify(slug),
      allowed: `a slug: ${allowed}`,
    });
  }
  return slug;
}

/**
 * Returns the real path of an import root, with links resolved. It must be one of this configuration's import roots, or a folder
 * below; the server checks this again for each import.
 *
 * @throws ARGUMENT_INVALID
 */
async function validateImportRoot(root: string, { directory, importRoots }: Process["config"]): Promise<string> {
  try {
    return await allowedFolder(path.resolve(directory, root), { server: importRoots, token: undefined });
  } catch (cause) {
    throw failure("ARGUMENT_INVALID", {
      where: "--import-root",
      received: JSON.stringify(root),
      allowed: `an existing folder under RANKSCOPE_IMPORT_ROOTS (${importRoots.join(", ")})`,
      fix: "Create the folder first, and set RANKSCOPE_IMPORT_ROOTS for this command as for the server.",
      cause,
    });
  }
}

/** Says which folders a token that may import can read. */
function importLines(role: Role, studies: readonly string[], importRoots: readonly string[]): string[] {
  if (role === "reader") return [];
  if (importRoots.length > 0) return [`It imports folders under ${importRoots.join(", ")}.`];
  if (studies.length === 0) return ["It imports folders under all import roots of the server."];
  return ["It imports no folder, because it is for some studies and has no import root (--import-root FOLDER)."];
}

/** Parses a lifetime such as `90d`. @throws ARGUMENT_INVALID */
function parseExpiry(text: string, now: Date): Date {
  const [, count, unit] = /^([1-9]\d{0,3})([hdwy])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw failure("ARGUMENT_INVALID", {
      where: "--expires",
      received: JSON.stringify(text),
      allowed: "a number of hours, days, weeks or years: 12h, 90d, 2w, 1y",
    });
  }
  return new Date(now.getTime() + Number(count) * HOURS_PER_UNIT[unit as keyof typeof HOURS_PER_UNIT] * 3_600_000);
}

/** Prints all tokens without their secrets. */
export async function listAccessTokens(command: Process): Promise<void> {
  await withStore(command, "token", async (database) => {
    const tokens = await listTokens(database);
    if (tokens.length === 0) {
      print("There are no tokens. A server on loopback accepts every request.");
      return;
    }
    const now = new Date();
    const rows = tokens.map((token) => row(token, now));
    printLines(textTable(HEADER, rows));
  });
}

const HEADER = [
  "id",
  "role",
  "studies",
  "import roots",
  "requests/min",
  "name",
  "created",
  "expires",
  "last used",
  "state",
];

function row(token: AccessToken, now: Date): string[] {
  const { id, name, role, allStudies, studies, createdAt, expiresAt, lastUsedAt } = token;
  return [
    id,
    role.toLowerCase(),
    allStudies ? "all" : studies.join(" "),
    importRootsText(token),
    String(token.requestsPerMinute ?? "any"),
    name || "-",
    timeText(createdAt) ?? "-",
    timeText(expiresAt) ?? "never",
    timeText(lastUsedAt) ?? "never",
    stateOf(token, now),
  ];
}

/** Formats the folders that a token's imports may read: `server` for all import roots of the server. */
function importRootsText(token: AccessToken): string {
  if (token.role === "READER") return "-";
  const roots = importRootsOf(token);
  if (roots === undefined) return "server";
  return roots.length === 0 ? "none" : roots.join(" ");
}

function stateOf({ revokedAt, expiresAt }: AccessToken, now: Date): string {
  if (revokedAt !== null) return "revoked";
  if (expiresAt !== null && expiresAt <= now) return "expired";
  return "live";
}

/** Formats a time to the minute, in UTC. */
function timeText(time: Date | null): string | undefined {
  return time?.toISOString().slice(0, 16).replace("T", " ");
}

function limitText(requestsPerMinute: number | null): string {
  return requestsPerMinute === null ? "any number of requests" : `${requestsPerMinute} requests per minute`;
}

/** Changes the requests per minute of a token; null allows any number. Servers apply it at once. @throws TOKEN_NOT_FOUND */
export async function limitAccessToken(command: Process, id: string, requestsPerMinute: number | null): Promise<void> {
  await withStore(command, "token", async (database) => {
    if (!(await limitToken(database, id, requestsPerMinute, thisActor())))
      throw failure("TOKEN_NOT_FOUND", { received: JSON.stringify(id) });
    print(`${id}: ${limitText(requestsPerMinute)}.`);
  });
}

/** Revokes a token. @throws TOKEN_NOT_FOUND */
export async function revokeAccessToken(command: Process, id: string): Promise<void> {
  await withStore(command, "token", async (database) => {
    if (!(await revokeToken(database, id, thisActor())))
      throw failure("TOKEN_NOT_FOUND", { received: JSON.stringify(id) });
    const now = new Date();
    const hasValidToken = (await listTokens(database)).some((token) => isValidToken(token, now));
    print(`Revoked ${id}.`);
    if (!hasValidToken) print("No valid token is left. Servers refuse every request until `rankscope token create`.");
  });
}
