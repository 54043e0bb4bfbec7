import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const MODELS = fileURLToPath(new URL("../../../prisma/schema.prisma", import.meta.url));

/** Returns the tables of this version's models, sorted. A database may contain other tables. */
export async function ownTables(): Promise<string[]> {
  const models = (await readFile(MODELS, "utf8")).matchAll(/^model (\w+) \{([^]*?)^\}/gm);
  return [...models].map(([, name = "", body = ""]) => /^\s*@@map\("(\w+)"\)/m.exec(body)?.[1] ?? name).sort();
}
