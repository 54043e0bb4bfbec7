import type { Connection } from "../../store/connection.js";
import {
  seriesNames,
  seriesOfExperiments,
  wallTimesOfSeries,
  type Series,
  type SeriesKey,
} from "../../store/studies/series.js";

/** Reads the curves of all keys with one statement; undefined for a curve that is not stored. */
export async function readSeries(database: Connection, keys: readonly SeriesKey[]): Promise<(Series | undefined)[]> {
  return rowsOfKeys(keys, await seriesOfExperiments(database, keys));
}

/** Reads the times of the points of curves with one statement; undefined for a curve without times. */
export async function readWallTimes(
  database: Connection,
  keys: readonly SeriesKey[],
): Promise<(readonly number[] | undefined)[]> {
  const rows = rowsOfKeys(keys, await wallTimesOfSeries(database, keys));
  return rows.map((row) => row?.wallTimes);
}

function rowsOfKeys<Row extends SeriesKey>(keys: readonly SeriesKey[], rows: readonly Row[]): (Row | undefined)[] {
  const byKey = new Map(rows.map((row) => [seriesKeyText(row), row]));
  return keys.map((key) => byKey.get(seriesKeyText(key)));
}

/** Reads the names of the curves of each run with one statement. */
export async function readSeriesNames(database: Connection, experimentIds: readonly string[]): Promise<string[][]> {
  const names = new Map(experimentIds.map((id): [string, string[]] => [id, []]));
  for (const { experimentId, name } of await seriesNames(database, experimentIds)) names.get(experimentId)?.push(name);
  return experimentIds.map((id) => names.get(id) ?? []);
}

/** Returns a text that is equal for equal keys. */
export function seriesKeyText({ experimentId, name }: SeriesKey): string {
  return `${experimentId} ${name}`;
}
