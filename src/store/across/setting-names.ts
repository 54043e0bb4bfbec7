import type { Connection } from "../connection.js";

/** Maximum number of names that are compared with an unknown one. */
const MAX_NAMES = 2_000;

/** Returns those of `fields` that no visible run has a value of. */
export async function unrecordedSettings({ sql }: Connection, fields: readonly string[]): Promise<string[]> {
  const rows = await sql<{ field: string }[]>`
    select wanted.field from unnest(${[...fields]}::text[]) as wanted (field)
    where not exists (
      select from experiment_setting as setting join experiment on experiment.id = setting.experiment_id
      where setting.field = wanted.field and experiment.deleted_at is null)`;
  return rows.map(({ field }) => field);
}

/** Returns the names of up to 2,000 settings of visible runs. */
export async function recordedSettings({ sql }: Connection): Promise<string[]> {
  // One look-up in the index for each name, whatever the number of runs.
  const rows = await sql<{ field: string }[]>`
    with recursive name as (
      (select field from experiment_setting order by field limit 1)
      union all
      select (select field from experiment_setting as setting where setting.field > name.field order by field limit 1)
      from name where name.field is not null)
    select field from name where field is not null limit ${MAX_NAMES}`;
  return rows.map(({ field }) => field);
}
