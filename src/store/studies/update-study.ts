import { failure } from "../../errors.js";
import type { StudyDirection } from "../../model/metric-directions.js";
import type { Connection } from "../connection.js";
import { advanceRevision } from "../write/advance-revision.js";
import { storedDirections, storeDirections } from "../write/metric-directions.js";

/** Maximum number of metrics of a study with a stated direction: every run of the study is read with them. */
export const MAX_DIRECTIONS = 100;

/** Changes of a study that a person makes. */
export interface StudyChanges {
  /** Display name; undefined to keep it. */
  readonly name: string | undefined;
  /** Better directions by metric; null withdraws what a person stated. */
  readonly directions: ReadonlyMap<string, boolean | null>;
  /** Id of the person's token; null if the server requires none. */
  readonly statedBy: string | null;
}

/** Changes a study. Returns false if it does not exist. @throws ARGUMENT_INVALID for too many directions */
export function updateStudy(
  { sql }: Connection,
  slug: string,
  { name, directions: changed, statedBy }: StudyChanges,
): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const [study] = await transaction<{ id: string }[]>`select id from study where slug = ${slug}`;
    if (study === undefined) return false;
    const at = new Date().toISOString();
    const directions = new Map(Object.entries(await storedDirections(transaction, study.id)));
    for (const [metric, higherIsBetter] of changed) {
      const imported = directions.get(metric)?.imported ?? null;
      const direction: StudyDirection = {
        stated: higherIsBetter === null ? null : { higherIsBetter, by: statedBy, at },
        imported,
      };
      if (direction.stated === null && imported === null) directions.delete(metric);
      else directions.set(metric, direction);
    }
    if (directions.size > MAX_DIRECTIONS) {
      throw failure("ARGUMENT_INVALID", {
        where: `metricDirections of study ${JSON.stringify(slug)}`,
        received: `${directions.size} metrics with the new ones`,
        allowed: `up to ${MAX_DIRECTIONS}`,
        fix: "Withdraw directions that are no longer needed with higherIsBetter: null.",
      });
    }
    await storeDirections(transaction, study.id, directions);
    await transaction`
      update study set name = coalesce(${name ?? null}::text, name), updated_at = now() where id = ${study.id}`;
    await advanceRevision(transaction, study.id);
    return true;
  });
}
