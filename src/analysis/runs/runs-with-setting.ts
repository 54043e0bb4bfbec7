import type DataLoader from "dataloader";
import type { SettingCondition } from "../../model/setting-condition.js";
import { runsWithSetting } from "../../store/across/runs-with-setting.js";
import type { Connection } from "../../store/connection.js";

/** A condition on the runs of a study. */
export interface StudyCondition {
  readonly studyId: string;
  readonly condition: SettingCondition;
}

/** Loads the ids of the runs that meet a condition. */
export interface SettingLoader {
  readonly runsWithSetting: DataLoader<StudyCondition, ReadonlySet<string>, string>;
}

/** Returns a text that is equal for equal conditions. */
export function studyConditionKey({ studyId, condition }: StudyCondition): string {
  return `${studyId} ${conditionKey(condition)}`;
}

/** Returns a text that is equal for conditions that select the same runs. */
export function conditionKey({ field, ...conditions }: SettingCondition): string {
  const given = Object.entries(conditions).filter(([, value]) => value != null);
  return JSON.stringify([field, given.sort(([left], [right]) => (left < right ? -1 : 1))]);
}

/** Reads the runs of all keys with one statement for each condition, whatever the number of studies. */
export async function readRunsWithSetting(
  database: Connection,
  keys: readonly StudyCondition[],
): Promise<ReadonlySet<string>[]> {
  const found = keys.map(() => new Set<string>());
  const conditions = new Map(keys.map(({ condition }) => [conditionKey(condition), condition]));
  for (const [text, condition] of conditions) {
    const ofStudy = new Map<string, Set<string> | undefined>();
    keys.forEach((key, i) => {
      if (conditionKey(key.condition) === text) ofStudy.set(key.studyId, found[i]);
    });
    const rows = await runsWithSetting(database, [...ofStudy.keys()], condition);
    for (const { id, studyId } of rows) ofStudy.get(studyId)?.add(id);
  }
  return found;
}
