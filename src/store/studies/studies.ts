import { failure } from "../../errors.js";
import type { Sql } from "postgres";
import type { StudyDirections } from "../../model/metric-directions.js";
import type { Connection } from "../connection.js";
import type { Database } from "../database.js";
import type { Fragment } from "../across/fragment.js";

/** A study as it is stored. */
export interface Study {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly baseModel: string | null;
  /** The folder of the last import. */
  readonly folder: string;
  readonly tags: readonly string[];
  readonly metricDirections: StudyDirections;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Another value after every write to the study, its runs or what belongs to them. */
  readonly revision: string;
  /** Whether it has at most FEW_RUNS runs; undefined where they were not counted. */
  readonly hasFewRuns?: boolean;
}

/** Maximum number of runs of a study whose runs are all read where a request needs some. */
const FEW_RUNS = 1_000;

/** Returns the studies of `slugs` in any order. Unknown slugs are left out. */
export function studiesBySlug({ sql }: Connection, slugs: readonly string[]): Promise<Study[]> {
  return sql<
    Study[]
  >`select ${studyColumns(sql)}, ${hasFewRuns(sql)} from study where slug = any(${[...slugs]}::text[])`;
}

/** Returns the studies of `ids` in any order. Unknown ids are left out. */
export function studiesById({ sql }: Connection, ids: readonly string[]): Promise<Study[]> {
  return sql<Study[]>`select ${studyColumns(sql)}, ${hasFewRuns(sql)} from study where id = any(${[...ids]}::uuid[])`;
}

/** Counts no further than FEW_RUNS. */
const hasFewRuns = (sql: Sql) => sql`
  (select count(*) from (select from experiment where study_id = study.id limit ${FEW_RUNS + 1}) as counted) <= ${FEW_RUNS}
    as "hasFewRuns"`;

/** Returns the number of all studies. */
export function countStudies({ prisma }: Pick<Database, "prisma">): Promise<number> {
  return prisma.study.count();
}

/** Returns the study that was created last; null if there is none. */
export async function newestStudy({ prisma }: Pick<Database, "prisma">): Promise<Pick<Study, "slug" | "name"> | null> {
  return prisma.study.findFirst({ orderBy: [{ createdAt: "desc" }, { id: "desc" }] });
}

/** Maximum number of tags of a study. Every list of studies returns them all. */
export const MAX_STUDY_TAGS = 100;

/**
 * Adds `tags` to a study, each once, sorted. Returns false if the study does not exist.
 *
 * @throws ARGUMENT_INVALID if the study would have more than MAX_STUDY_TAGS
 */
export function addTags({ sql }: Connection, slug: string, tags: readonly string[]): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const all = transaction`array(select distinct unnest(tags || ${[...tags]}::text[]) as tag order by tag)`;
    // The row stays locked until the update, so that two requests at once cannot exceed the maximum together.
    const [study] = await transaction<{ count: number }[]>`
      select cardinality(${all}) as count from study where slug = ${slug} for update`;
    if (study === undefined) return false;
    if (study.count > MAX_STUDY_TAGS) throw tooManyTags(slug, study.count);
    await transaction`update study set tags = ${all}, revision = gen_random_uuid() where slug = ${slug}`;
    return true;
  });
}

function tooManyTags(slug: string, count: number): Error {
  return failure("ARGUMENT_INVALID", {
    where: `tags of study ${JSON.stringify(slug)}`,
    received: `${count} tags with the new ones`,
    allowed: `up to ${MAX_STUDY_TAGS} tags of a study`,
    fix: "Remove tags that are no longer needed (untagStudy).",
  });
}

/** Removes `tags` from a study; it need not have them. Returns false if the study does not exist. */
export async function removeTags({ sql }: Connection, slug: string, tags: readonly string[]): Promise<boolean> {
  const { count } = await sql.begin(
    (transaction) => transaction`
      update study set tags = array(select tag from unnest(tags) as tag where tag <> all(${[...tags]}::text[]) order by tag),
        revision = gen_random_uuid()
      where slug = ${slug}`,
  );
  return count > 0;
}

/** Columns of a row `study` with the names of Study. */
export function studyColumns(sql: Sql): Fragment {
  return sql`study.id, study.slug, study.name, study.base_model as "baseModel", study.folder, study.tags,
    study.metric_directions as "metricDirections",
    study.created_at as "createdAt", study.updated_at as "updatedAt", study.revision`;
}
