import { STANDARD_FIELDS } from "../../model/setting-fields.js";
import type { SettingRecord } from "../../model/settings.js";
import type { Connection } from "../connection.js";

/** One stored setting of a run. */
export interface StoredSetting extends SettingRecord {
  readonly experimentId: string;
  readonly byPerson: boolean;
  /** Id of the person's token; null if the server requires none, or if no person has set the value. */
  readonly statedBy: string | null;
  readonly statedAt: Date | null;
  /** The setting of the run's files, where a person has set another; null if they have none. */
  readonly imported: Omit<SettingRecord, "field"> | null;
}

/** Returns the settings of `experimentIds`, by name. */
export function settingsOfExperiments({ sql }: Connection, experimentIds: readonly string[]): Promise<StoredSetting[]> {
  return sql<StoredSetting[]>`
    select experiment_id as "experimentId", field, value, file, key, certainty, by_person as "byPerson",
      stated_by as "statedBy", stated_at as "statedAt", imported
    from experiment_setting where experiment_id = any(${[...experimentIds]}::uuid[]) order by experiment_id, field`;
}

/** Returns the standard settings of a study's experiments, in alphabetical order. */
export async function settingNamesOfStudy({ sql }: Connection, studyId: string): Promise<string[]> {
  const rows = await sql<{ field: string }[]>`
    select distinct field from experiment_setting join experiment on experiment.id = experiment_id
    where study_id = ${studyId} and deleted_at is null and field = any(${[...STANDARD_FIELDS]}::text[]) order by field`;
  return rows.map(({ field }) => field);
}
