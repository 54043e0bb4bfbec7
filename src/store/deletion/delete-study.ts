import type { Actor } from "../../model/audit.js";
import { recordAudit } from "../audit/record-audit.js";
import type { Connection } from "../connection.js";
import { lockSlug } from "../write/lock-slug.js";

/** Maximum wait for an import that stores the study: the request holds a connection meanwhile. */
export const PATIENCE_MILLISECONDS = 2_000;

/** A deleted study that can be restored. */
export interface DeletedStudy {
  readonly slug: string;
  readonly name: string;
  readonly deletedAt: Date;
  /** Id of the token that deleted it; null without one. */
  readonly deletedBy: string | null;
}

/**
 * Deletes a study and its runs: no query returns them any more. Their rows stay until the grace period ends.
 *
 * @returns undefined if no study that is not deleted has this slug
 * @throws STUDY_BUSY
 */
export function deleteStudy({ sql }: Connection, slug: string, actor: Actor): Promise<DeletedStudy | undefined> {
  return sql.begin(async (transaction) => {
    await lockSlug(transaction, slug, PATIENCE_MILLISECONDS);
    const [study] = await transaction<(DeletedStudy & { readonly id: string })[]>`
      update study set deleted_at = now(), deleted_by = ${actor.tokenId}, revision = gen_random_uuid()
      where slug = ${slug} and deleted_at is null
      returning id, slug, name, deleted_at as "deletedAt", deleted_by as "deletedBy"`;
    if (study === undefined) return undefined;
    const { id, ...deleted } = study;
    const runs = await transaction`
      update experiment set deleted_at = now(), deleted_by = ${actor.tokenId}, deleted_with_study = true
      where study_id = ${id} and deleted_at is null`;
    await recordAudit(transaction, actor, {
      action: "STUDY_DELETED",
      study: slug,
      details: { name: study.name, runs: runs.count },
    });
    return deleted;
  });
}

/** Restores a deleted study with the runs that were deleted with it. Returns false if no deleted study has this slug. */
export function restoreStudy({ sql }: Connection, slug: string, actor: Actor): Promise<boolean> {
  return sql.begin(async (transaction) => {
    await lockSlug(transaction, slug, PATIENCE_MILLISECONDS);
    const [study] = await transaction<{ id: string }[]>`
      update study set deleted_at = null, deleted_by = null, updated_at = now(), revision = gen_random_uuid()
      where slug = ${slug} and deleted_at is not null returning id`;
    if (study === undefined) return false;
    const runs = await transaction`
      update experiment set deleted_at = null, deleted_by = null, deleted_with_study = false
      where study_id = ${study.id} and deleted_with_study`;
    await recordAudit(transaction, actor, { action: "STUDY_RESTORED", study: slug, details: { runs: runs.count } });
    return true;
  });
}

/** Selects deleted studies. */
export interface DeletedSelection {
  /** The only slugs to return; undefined for all. */
  readonly slugs: readonly string[] | undefined;
  readonly limit: number;
}

/** Returns deleted studies whose rows are still stored, the last deleted first. */
export function deletedStudies({ sql }: Connection, { slugs, limit }: DeletedSelection): Promise<DeletedStudy[]> {
  return sql<DeletedStudy[]>`
    select slug, name, deleted_at as "deletedAt", deleted_by as "deletedBy" from study
    where deleted_at is not null ${slugs === undefined ? sql`` : sql`and slug = any(${[...slugs]}::text[])`}
    order by deleted_at desc, slug limit ${limit}`;
}

/** Returns the open jobs that concern this study and no other: nobody waits for them once it is deleted. */
export async function openJobsOfStudy({ sql }: Connection, slug: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from job where status in ('QUEUED', 'RUNNING') and studies = array[${slug}]::text[] order by id`;
  return rows.map(({ id }) => id);
}
