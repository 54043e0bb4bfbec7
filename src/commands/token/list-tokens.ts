import { listTokens, type AccessToken } from "../../store/access-tokens.js";
import { openStore } from "../../store/database.js";
import { print, type Process } from "../process.js";
import { textTable } from "../terminal/text-table.js";

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
    print(...textTable(HEADER, rows));
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
