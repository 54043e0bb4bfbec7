import type { Database } from "./database.js";
import type { Layer } from "./generated/client.js";

export type { Layer } from "./generated/client.js";

/** All layers of `studyIds` in model order. */
export function layersOfStudies({ prisma }: Database, studyIds: readonly string[]): Promise<Layer[]> {
  return prisma.layer.findMany({
    where: { studyId: { in: [...studyIds] } },
    orderBy: [{ index: { sort: "asc", nulls: "first" } }, { module: "asc" }, { name: "asc" }],
  });
}
