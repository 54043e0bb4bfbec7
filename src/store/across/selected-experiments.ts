import type { Connection } from "../connection.js";
import { experimentCondition } from "./conditions.js";
import { experimentOrderKey, type ExperimentOrder } from "./experiment-order.js";
import type { ExperimentFilter } from "./filters.js";
import { inOrder } from "./keyset.js";

/** Selects and orders the runs of a study. */
export interface ExperimentSelection {
  readonly filter?: ExperimentFilter | null | undefined;
  /** Order of the runs. The default is rank, then bits (largest first), then name. */
  readonly orderBy?: ExperimentOrder | null | undefined;
}

/** Returns the ids of the selected runs of each study, in order. Studies without one are left out. @throws ARGUMENT_INVALID */
export function selectedExperimentIds(
  { sql }: Connection,
  studyIds: readonly string[],
  { filter, orderBy }: ExperimentSelection,
): Promise<{ readonly studyId: string; readonly ids: readonly string[] }[]> {
  const ordering = orderBy == null ? undefined : experimentOrderKey(sql, orderBy);
  const order =
    orderBy == null || ordering === undefined
      ? sql`rank.r, quantization_bits desc nulls last, experiment.name`
      : inOrder(sql, ordering.key, sql`experiment.id`, orderBy.direction);
  return sql<{ studyId: string; ids: string[] }[]>`
    select experiment.study_id as "studyId", array_agg(experiment.id order by ${order}) as ids
    from experiment left join rank on rank.id = rank_id join study on study.id = experiment.study_id
    ${ordering?.joined ?? sql``}
    where experiment.study_id = any(${[...studyIds]}::uuid[]) and ${experimentCondition(sql, filter)}
    group by experiment.study_id`;
}
