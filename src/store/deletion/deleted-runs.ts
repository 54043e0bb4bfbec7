import type { Sql, TransactionSql } from "postgres";
import type { Connection } from "../connection.js";
import type { Fragment } from "../across/fragment.js";

/** A run that was deleted by itself, not with its study. */
export interface DeletedRun {
  readonly name: string;
  readonly deletedAt: Date;
  /** Id of the token that deleted it; null without one. */
  readonly deletedBy: string | null;
  /** Whether its rows were removed: restoring it then only lets imports add it again. */
  readonly isRemoved: boolean;
}

/** Returns up to `limit` deleted runs of a study that is not deleted, the last deleted first. */
export function deletedRuns({ sql }: Connection, slug: string, limit: number): Promise<DeletedRun[]> {
  return sql<DeletedRun[]>`
    select run.name, run."deletedAt", run."deletedBy", run."isRemoved"
    from study join lateral (${runsOfStudy(sql, sql`study.id`)}) as run on true
    where slug = ${slug} and study.deleted_at is null order by run."deletedAt" desc, run.name limit ${limit}`;
}

/** Returns the names of a study's deleted runs, removed ones included. */
export async function deletedRunNames(sql: TransactionSql, studyId: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`select name from (${runsOfStudy(sql, sql`${studyId}::uuid`)}) as run`;
  return rows.map(({ name }) => name);
}

function runsOfStudy(sql: Sql | TransactionSql, studyId: Fragment): Fragment {
  return sql`
    select name, deleted_at as "deletedAt", deleted_by as "deletedBy", false as "isRemoved"
    from experiment where experiment.study_id = ${studyId} and deleted_at is not null and not deleted_with_study
    union all
    select name, deleted_at, deleted_by, true from removed_run where removed_run.study_id = ${studyId}`;
}
