import { failure } from "../../errors.js";
import type { Sql } from "postgres";
import { compareTexts } from "../../model/compare-texts.js";
import { changedFields, type Actor } from "../../model/audit.js";
import type { StudyDirections } from "../../model/metric-directions.js";
import { recordAudit } from "../audit/record-audit.js";
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
  /** Null if the study is not archived. */
  readonly archivedAt: Date | null;
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
  >`select ${studyColumns(sql)}, ${hasFewRuns(sql)} from study where slug = any(${[...slugs]}::text[]) and deleted_at is null`;
}

/** Returns the studies of `ids` in any order. Unknown ids are left out. */
export function studiesById({ sql }: Connection, ids: readonly string[]): Promise<Study[]> {
  return sql<Study[]>`
    select ${studyColumns(sql)}, ${hasFewRuns(sql)} from study
    where id = any(${[...ids]}::uuid[]) and deleted_at is null`;
}

/** Counts no further than FEW_RUNS. */
const hasFewRuns = (sql: Sql) => sql`
  (select count(*) from (
    select from experiment where study_id = study.id and experiment.deleted_at is null limit ${FEW_RUNS + 1}) as counted) <= ${FEW_RUNS}
    as "hasFewRuns"`;

/** Returns the number of studies that are not deleted. */
export function countStudies({ prisma }: Pick<Database, "prisma">): Promise<number> {
  return prisma.study.count({ where: { deletedAt: null } });
}

/** Returns the study that was created last; null if there is none. */
export async function newestStudy({ prisma }: Pick<Database, "prisma">): Promise<Pick<Study, "slug" | "name"> | null> {
  return prisma.study.findFirst({ where: { deletedAt: null }, orderBy: [{ createdAt: "desc" }, { id: "desc" }] });
}

/** Maximum number of tags of a study. Every list of studies returns them all. */
export const MAX_STUDY_TAGS = 100;

/**
 * Adds `tags` to a study, each once, sorted. Returns false if the study does not exist.
 *
 * @throws ARGUMENT_INVALID if the study would have more than MAX_STUDY_TAGS
 */
export function addTags({ sql }: Connection, slug: string, tags: readonly string[], actor: Actor): Promise<boolean> {
  return changeTags(sql, slug, actor, (stored) => {
    const all = [...new Set([...stored, ...tags])].sort(compareTexts);
    if (all.length > MAX_STUDY_TAGS) throw tooManyTags(slug, all.length);
    return all;
  });
}

/** Changes the tags of a study. The row stays locked, so that two requests at once lose no tag. */
function changeTags(
  sql: Sql,
  slug: string,
  actor: Actor,
  change: (stored: readonly string[]) => readonly string[],
): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const [study] = await transaction<{ id: string; tags: string[] }[]>`
      select id, tags from study where slug = ${slug} and deleted_at is null for update`;
    if (study === undefined) return false;
    const tags = change(study.tags);
    const details = changedFields({ tags: study.tags }, { tags });
    if (Object.keys(details).length === 0) return true;
    await transaction`update study set tags = ${[...tags]}::text[], revision = gen_random_uuid() where id = ${study.id}`;
    await recordAudit(transaction, actor, { action: "STUDY_UPDATED", study: slug, details });
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
export function removeTags({ sql }: Connection, slug: string, tags: readonly string[], actor: Actor): Promise<boolean> {
  return changeTags(sql, slug, actor, (stored) => stored.filter((tag) => !tags.includes(tag)));
}

/** Columns of a row `study` with the names of Study. */
export function studyColumns(sql: Sql): Fragment {
  return sql`study.id, study.slug, study.name, study.base_model as "baseModel", study.folder, study.tags,
    study.archived_at as "archivedAt", study.metric_directions as "metricDirections",
    study.created_at as "createdAt", study.updated_at as "updatedAt", study.revision`;
}
