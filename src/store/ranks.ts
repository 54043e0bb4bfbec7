import type { Database } from "./database.js";
import type { Rank } from "./generated/client.js";

export type { Rank } from "./generated/client.js";

/** All ranks of `studyIds`, ascending. */
export function ranksOfStudies({ prisma }: Database, studyIds: readonly string[]): Promise<Rank[]> {
  return prisma.rank.findMany({ where: { studyId: { in: [...studyIds] } }, orderBy: { r: "asc" } });
}
