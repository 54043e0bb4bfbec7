import type { Connection } from "../connection.js";

/** One logged curve. Values are as logged, NaN and infinities included. */
export interface Series {
  readonly experimentId: string;
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  /** Whether `steps` are epochs. */
  readonly byEpoch: boolean;
  /** The file with the curve, relative to the study's folder. */
  readonly source: string;
}

/** Identifies a curve. */
export interface SeriesKey {
  readonly experimentId: string;
  readonly name: string;
}

/** Returns the curves of `keys`. postgres.js parses the float arrays and keeps NaN. */
export function seriesOfExperiments({ sql }: Connection, keys: readonly SeriesKey[]): Promise<Series[]> {
  return sql<Series[]>`
    select experiment_id as "experimentId", name, steps, values, by_epoch as "byEpoch", source from metric_series
    where (experiment_id, name) in (
      select * from unnest(${keys.map(({ experimentId }) => experimentId)}::uuid[], ${keys.map(({ name }) => name)}::text[]))`;
}

/** Returns the times at which the points of `keys` were logged, in seconds since 1970. Curves without times are left out. */
export function wallTimesOfSeries(
  { sql }: Connection,
  keys: readonly SeriesKey[],
): Promise<(SeriesKey & { readonly wallTimes: readonly number[] })[]> {
  return sql<(SeriesKey & { wallTimes: number[] })[]>`
    select experiment_id as "experimentId", name, wall_times as "wallTimes" from metric_series
    where wall_times <> '{}' and (experiment_id, name) in (
      select * from unnest(${keys.map(({ experimentId }) => experimentId)}::uuid[], ${keys.map(({ name }) => name)}::text[]))`;
}

/** Returns the names of the curves of `experimentIds`, in alphabetical order. */
export function seriesNames(
  { sql }: Connection,
  experimentIds: readonly string[],
): Promise<{ experimentId: string; name: string }[]> {
  return sql<{ experimentId: string; name: string }[]>`
    select experiment_id as "experimentId", name from metric_series
    where experiment_id = any(${[...experimentIds]}::uuid[]) order by name`;
}

/** The curves of one name of all experiments of a study. */
export interface StudyCurves {
  readonly studyId: string;
  readonly name: string;
}

/** Returns the curves of all experiments that belong to `keys`. */
export function curvesOfStudies(
  { sql }: Connection,
  keys: readonly StudyCurves[],
): Promise<(Series & { readonly studyId: string })[]> {
  return sql<(Series & { readonly studyId: string })[]>`
    select study_id as "studyId", experiment_id as "experimentId", metric_series.name, metric_series.steps, values,
      by_epoch as "byEpoch", source
    from metric_series join experiment on experiment.id = experiment_id and experiment.deleted_at is null
    where (study_id, metric_series.name) in (
      select * from unnest(${keys.map(({ studyId }) => studyId)}::uuid[], ${keys.map(({ name }) => name)}::text[]))`;
}

/** Returns the maximum learning rate of each experiment of `studyIds` that logged one, NaN left out. */
export function peakLearningRates(
  { sql }: Connection,
  studyIds: readonly string[],
): Promise<{ studyId: string; experimentId: string; peak: number | null }[]> {
  return sql<{ studyId: string; experimentId: string; peak: number | null }[]>`
    select study_id as "studyId", experiment_id as "experimentId",
      (select max(value) from unnest(values) as value where value <> 'NaN') as peak
    from metric_series join experiment on experiment.id = experiment_id and experiment.deleted_at is null
    where study_id = any(${[...studyIds]}::uuid[]) and metric_series.name = 'learning_rate'`;
}
