import type { TransactionSql } from "postgres";
import type { Actor } from "../../model/audit.js";
import { recordAudit } from "../audit/record-audit.js";
import type { Connection } from "../connection.js";
import { lockSlug } from "../write/lock-slug.js";
import { PATIENCE_MILLISECONDS } from "./delete-study.js";
import type { DeletedRun } from "./deleted-runs.js";

/** The deleted run, and its study's slug. */
export interface DeletedExperiment extends DeletedRun {
  readonly slug: string;
}

/**
 * Deletes a run: no query returns it any more, and imports leave it out. Its rows stay until the grace period ends.
 *
 * @returns undefined if no run that is not deleted has this id
 * @throws STUDY_BUSY
 */
export function deleteExperiment(
  { sql }: Connection,
  id: string,
  actor: Actor,
): Promise<DeletedExperiment | undefined> {
  return sql.begin(async (transaction) => {
    const [run] = await transaction<{ name: string; slug: string; studyId: string }[]>`
      select experiment.name, slug, study_id as "studyId" from experiment join study on study.id = study_id
      where experiment.id = ${id} and experiment.deleted_at is null`;
    if (run === undefined) return undefined;
    const { name, slug, studyId } = run;
    await lockSlug(transaction, slug, PATIENCE_MILLISECONDS);
    const [deleted] = await transaction<{ deletedAt: Date }[]>`
      update experiment set deleted_at = now(), deleted_by = ${actor.tokenId}, deleted_with_study = false
      where id = ${id} and deleted_at is null returning deleted_at as "deletedAt"`;
    if (deleted === undefined) return undefined;
    await transaction`
      update study set has_deleted_runs = true, updated_at = now(), revision = gen_random_uuid() where id = ${studyId}`;
    await recordAudit(transaction, actor, { action: "EXPERIMENT_DELETED", study: slug, subject: name });
    return { slug, name, deletedAt: deleted.deletedAt, deletedBy: actor.tokenId, isRemoved: false };
  });
}

/** The result of restoring a run: its id, or null if its rows were removed and only an import can add it again. */
export interface RestoredRun {
  readonly id: string | null;
}

/** Restores a deleted run. Returns undefined if the study is unknown or deleted, or has no deleted run of this name. @throws STUDY_BUSY */
export function restoreExperiment(
  { sql }: Connection,
  { slug, name }: { readonly slug: string; readonly name: string },
  actor: Actor,
): Promise<RestoredRun | undefined> {
  return sql.begin(async (transaction) => {
    await lockSlug(transaction, slug, PATIENCE_MILLISECONDS);
    const [study] = await transaction<{ id: string }[]>`
      select id from study where slug = ${slug} and deleted_at is null`;
    if (study === undefined) return undefined;
    const [run] = await transaction<{ id: string }[]>`
      update experiment set deleted_at = null, deleted_by = null
      where study_id = ${study.id} and name = ${name} and deleted_at is not null returning id`;
    const forgotten = await transaction`delete from removed_run where study_id = ${study.id} and name = ${name}`;
    if (run === undefined && forgotten.count === 0) return undefined;
    await noteDeletedRuns(transaction, study.id);
    const details = { wasRemoved: run === undefined };
    await recordAudit(transaction, actor, { action: "EXPERIMENT_RESTORED", study: slug, subject: name, details });
    return { id: run?.id ?? null };
  });
}

/** Stores whether a study has deleted runs whose rows are stored. */
export async function noteDeletedRuns(sql: TransactionSql, studyId: string): Promise<void> {
  await sql`
    update study set updated_at = now(), revision = gen_random_uuid(),
      has_deleted_runs = exists (select from experiment where study_id = study.id and experiment.deleted_at is not null)
    where id = ${studyId}`;
}
