import { bestConfigurations, type BestConfiguration, type BestQuery } from "../../store/across/best-configurations.js";
import type { Connection } from "../../store/connection.js";

/** Selects the best configuration of a study by a metric. */
export interface BestKey extends BestQuery {
  readonly studyId: string;
}

/** Loads the best configurations in one statement for each metric, in the order of `keys`; undefined for a study without one. */
export async function readBestConfigurations(
  database: Connection,
  keys: readonly BestKey[],
): Promise<(BestConfiguration | undefined)[]> {
  const queries = new Map(
    keys.map(({ metric, higherIsBetter }) => [`${higherIsBetter} ${metric}`, { metric, higherIsBetter }]),
  );
  const found = new Map<string, BestConfiguration>();
  for (const [text, query] of queries) {
    const ids = keys.filter((key) => `${key.higherIsBetter} ${key.metric}` === text).map(({ studyId }) => studyId);
    for (const best of await bestConfigurations(database, ids, query)) {
      found.set(bestKeyText({ studyId: best.studyId, ...query }), best);
    }
  }
  return keys.map((key) => found.get(bestKeyText(key)));
}

/** Returns a text that is equal for equal keys. */
export function bestKeyText({ studyId, metric, higherIsBetter }: BestKey): string {
  return `${studyId} ${higherIsBetter} ${metric}`;
}
