import { failure } from "../errors.js";
import type { Role } from "../graphql/access/principal.js";
import { newTokenText } from "../http/access/token-text.js";
import { createToken, listTokens, revokeToken, type AccessToken } from "../store/access-tokens.js";
import { openStore } from "../store/database.js";
import { slugOf } from "../store/studies/slug.js";
import { print, printLines, type Process } from "./process.js";
import { textTable } from "./terminal/table.js";

export interface TokenOptions {
  readonly role: Role;
  readonly study?: readonly string[];
  readonly name: string;
  readonly expires?: string;
}

const HOURS_PER_UNIT = { h: 1, d: 24, w: 24 * 7, y: 24 * 365 } as const;

/** Creates a token and prints it. Only its hash is stored, so it cannot be shown again. @throws ARGUMENT_INVALID */
export async function createAccessToken({ config, log }: Process, options: TokenOptions): Promise<void> {
  const { role, name, study = [], expires } = options;
  const studies = study.map(validateSlug);
  const expiresAt = expires === undefined ? null : parseExpiry(expires, new Date());
  const database = await openStore(config, { purpose: "token", log });
  try {
    const { id, text, secretHash } = newTokenText();
    const studiesText = studies.length === 0 ? "all studies" : studies.join(", ");
    const expiryText = expiresAt === null ? "never expires" : `expires ${expiresAt.toISOString()}`;
    await createToken(database, {
      id,
      name,
      studies,
      secretHash,
      expiresAt,
      role: role.toUpperCase() as AccessToken["role"],
    });
    print(
      text,
      "",
      `${id}: ${role} of ${studiesText}, ${expiryText}.`,
      "The token is not shown again. Every request to a server of this database now requires a token.",
    );
  } finally {
    await database.close();
  }
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
export async function listAccessTokens({ config, log }: Process): Promise<void> {
  const database = await openStore(config, { purpose: "token", log });
  try {
    const tokens = await listTokens(database);
    if (tokens.length === 0) {
      print("There are no tokens. A server on loopback accepts every request.");
      return;
    }
    const now = new Date();
    const rows = tokens.map((token) => row(token, now));
    printLines(textTable(HEADER, rows));
  } finally {
    await database.close();
  }
}

const HEADER = ["id", "role", "studies", "name", "created", "expires", "last used", "state"];

function row(token: AccessToken, now: Date): string[] {
  const { id, name, role, allStudies, studies, createdAt, expiresAt, lastUsedAt } = token;
  return [
    id,
    role.toLowerCase(),
    allStudies ? "all" : studies.join(" "),
    name || "-",
    timeText(createdAt) ?? "-",
    timeText(expiresAt) ?? "never",
    timeText(lastUsedAt) ?? "never",
    stateOf(token, now),
  ];
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

/** Revokes a token. @throws TOKEN_NOT_FOUND */
export async function revokeAccessToken({ config, log }: Process, id: string): Promise<void> {
  const database = await openStore(config, { purpose: "token", log });
  try {
    if (!(await revokeToken(database, id))) throw failure("TOKEN_NOT_FOUND", { received: JSON.stringify(id) });
    const remaining = (await listTokens(database)).filter(({ revokedAt }) => revokedAt === null);
    print(`Revoked ${id}.`);
    if (remaining.length === 0) {
      print("No token is left. A server on loopback accepts every request unless RANKSCOPE_REQUIRE_TOKEN is 1.");
    }
  } finally {
    await database.close();
  }
}
