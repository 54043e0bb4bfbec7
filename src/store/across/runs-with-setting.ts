import type { SettingCondition } from "../../model/setting-condition.js";
import type { Connection } from "../connection.js";
import { configCondition } from "./config-condition.js";

/** Returns the runs of studies that meet a condition on a setting. */
export function runsWithSetting(
  { sql }: Connection,
  studyIds: readonly string[],
  condition: SettingCondition,
): Promise<{ readonly id: string; readonly studyId: string }[]> {
  return sql<{ id: string; studyId: string }[]>`
    select experiment.id, experiment.study_id as "studyId" from experiment
    where experiment.study_id = any(${[...studyIds]}::uuid[]) and experiment.deleted_at is null
      and ${configCondition(sql, condition)}`;
}
