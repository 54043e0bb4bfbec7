import type { Database } from "./database.js";
import type { Study } from "./generated/client.js";

export type { Study } from "./generated/client.js";

/** The studies of `slugs`, in any order; unknown slugs are left out. */
export function studiesBySlug({ prisma }: Database, slugs: readonly string[]): Promise<Study[]> {
  return prisma.study.findMany({ where: { slug: { in: [...slugs] } } });
}

export function studiesById({ prisma }: Database, ids: readonly string[]): Promise<Study[]> {
  return prisma.study.findMany({ where: { id: { in: [...ids] } } });
}

export function countStudies({ prisma }: Database): Promise<number> {
  return prisma.study.count();
}

/** Where a page of studies begins: after this row in the order of the list. */
export interface StudyPosition {
  readonly createdAt: Date;
  readonly id: string;
}

/** Up to `limit` studies, the newest first, after `after`. */
export function studiesAfter({ prisma }: Database, limit: number, after: StudyPosition | undefined): Promise<Study[]> {
  return prisma.study.findMany({
    ...(after && {
      where: { OR: [{ createdAt: { lt: after.createdAt } }, { createdAt: after.createdAt, id: { lt: after.id } }] },
    }),
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
}
