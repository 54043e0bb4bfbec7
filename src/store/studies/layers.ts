import type { Connection } from "../connection.js";

/** One adapted weight matrix of a study's base model. */
export interface Layer {
  readonly id: string;
  readonly studyId: string;
  readonly name: string;
  readonly index: number | null;
  readonly module: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** Returns all layers of `studyIds` in model order. */
export function layersOfStudies({ sql }: Connection, studyIds: readonly string[]): Promise<Layer[]> {
  return sql<Layer[]>`
    select id, study_id as "studyId", name, index, module, in_features as "inFeatures", out_features as "outFeatures"
    from layer where study_id = any(${[...studyIds]}::uuid[]) order by index nulls first, module, name`;
}
