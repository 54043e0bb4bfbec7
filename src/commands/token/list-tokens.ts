import { listTokens, type AccessToken } from "../../store/access-tokens.js";
import { openStore } from "../../store/database.js";
import { print, type Process } from "../process.js";
import { textTable } from "../text-table.js";

/** Prints all tokens; of none the secret. */
export async function listAccessTokens({ config, log }: Process): Promise<void> {
  const database = await openStore(config, { purpose: "token", log });
  try {
    const tokens = await listTokens(database);
    if (tokens.length === 0) print("There is no token: on loopback the server is open to all who reach it.");
    else
      print(
        ...textTable(
          HEAD,
          tokens.map((token) => row(token, new Date())),
        ),
      );
  } finally {
    await database.close();
  }
}

const HEAD = ["id", "role", "studies", "name", "created", "expires", "last used", "state"];

function row(token: AccessToken, now: Date): string[] {
  const { id, name, role, allStudies, studies, createdAt, expiresAt, revokedAt, lastUsedAt } = token;
  const state = revokedAt !== null ? "revoked" : expiresAt !== null && expiresAt <= now ? "expired" : "live";
  const day = (date: Date | null, none: string) => date?.toISOString().slice(0, 16).replace("T", " ") ?? none;
  return [
    ...[id, role.toLowerCase(), allStudies ? "all" : studies.join(" "), name || "-", day(createdAt, "-")],
    ...[day(expiresAt, "never"), day(lastUsedAt, "never"), state],
  ];
}
