import type { SettingRecord } from "../../model/settings.js";
import type { Connection } from "../connection.js";

/** One stored setting of a run. */
export interface StoredSetting extends SettingRecord {
  readonly experimentId: string;
}

/** Returns the settings of `experimentIds`, by name. */
export function settingsOfExperiments({ sql }: Connection, experimentIds: readonly string[]): Promise<StoredSetting[]> {
  return sql<StoredSetting[]>`
    select experiment_id as "experimentId", field, value, file, key, certainty from experiment_setting
    where experiment_id = any(${[...experimentIds]}::uuid[]) order by experiment_id, field`;
}
