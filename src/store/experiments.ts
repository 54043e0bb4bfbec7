import type { Database } from "./database.js";
import type { Prisma } from "./generated/client.js";

/** An experiment with its rank, its scalars and its checkpoints. */
export type Experiment = Prisma.ExperimentGetPayload<{ include: typeof INCLUDE }>;
export type Checkpoint = Experiment["checkpoints"][number];

const INCLUDE = {
  rank: { select: { id: true, r: true } },
  metrics: { select: { name: true, value: true, source: true } },
  checkpoints: {
    select: { id: true, step: true, isFinal: true, folders: true, hash: true, files: true, uncompared: true },
    orderBy: [{ step: { sort: "asc", nulls: "last" } }, { id: "asc" }],
  },
} satisfies Prisma.ExperimentInclude;

/** All experiments of `studyIds`: by rank, then the more bits first, then by name. */
export function experimentsOfStudies({ prisma }: Database, studyIds: readonly string[]): Promise<Experiment[]> {
  return prisma.experiment.findMany({
    where: { studyId: { in: [...studyIds] } },
    include: INCLUDE,
    orderBy: [{ rank: { r: "asc" } }, { quantizationBits: { sort: "desc", nulls: "last" } }, { name: "asc" }],
  });
}

export function experimentsById({ prisma }: Database, ids: readonly string[]): Promise<Experiment[]> {
  return prisma.experiment.findMany({ where: { id: { in: [...ids] } }, include: INCLUDE });
}
