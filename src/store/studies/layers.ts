import type { Sql } from "postgres";
import type { Fragment } from "../across/fragment.js";
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

/**
 * Condition that a run that is not deleted updates a row `layer`. It is checked only in studies with deleted runs, since a look
 * at the factors of each layer takes time.
 */
export function hasUpdates(sql: Sql): Fragment {
  return sql`(
    not exists (select from study where study.id = layer.study_id and has_deleted_runs)
    or exists (
      select from adapter_factors join checkpoint on checkpoint.id = checkpoint_id
      join experiment on experiment.id = experiment_id
      where layer_id = layer.id and experiment.deleted_at is null))`;
}

/** Returns all layers of `studyIds` in model order. */
export function layersOfStudies({ sql }: Connection, studyIds: readonly string[]): Promise<Layer[]> {
  return sql<Layer[]>`
    select id, study_id as "studyId", name, index, module, in_features as "inFeatures", out_features as "outFeatures"
    from layer where study_id = any(${[...studyIds]}::uuid[]) and ${hasUpdates(sql)} order by index nulls first, module, name`;
}
