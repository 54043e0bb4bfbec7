import type { TransactionSql } from "postgres";
import { SERVER_ACTOR } from "../../model/audit.js";
import { recordAudit } from "../audit/record-audit.js";
import type { Connection } from "../connection.js";
import type { Fragment } from "../across/fragment.js";
import { lockSlug } from "../write/lock-slug.js";
import { noteDeletedRuns } from "./delete-experiment.js";

/** Jobs that ran when their runs were removed can still store facts about them, so that facts are checked again later. */
const RECHECK_FACTS = "1 day";

/** A study with rows to remove. */
interface DueStudy {
  readonly id: string;
  readonly slug: string;
  /** Whether the whole study is to be removed, or only runs of it. */
  readonly isDeleted: boolean;
}

/** Returns whether anything was deleted more than `graceSeconds` ago, or waits to be removed. */
export async function isRemovalDue({ sql }: Connection, graceSeconds: number): Promise<boolean> {
  const [row] = await sql<{ due: boolean }[]>`
    select exists (select from pending_removal where due_at <= now())
      or exists (select from study where ${isExpired(sql, graceSeconds)})
      or exists (
        select from study where has_deleted_runs and exists (
          select from experiment where study_id = study.id and ${isExpired(sql, graceSeconds)})) as due`;
  return row?.due === true;
}

/**
 * Removes the rows of studies and runs that were deleted more than `graceSeconds` ago, each study in one transaction. Their
 * weight files, predictions and computed facts become pending removals, which `removeUnnamed` completes.
 *
 * @returns the number of studies with removed rows
 */
export async function removeDeletedRows({ sql }: Connection, graceSeconds: number): Promise<number> {
  const due = await sql<DueStudy[]>`
    select id, slug, deleted_at is not null as "isDeleted" from study
    where ${isExpired(sql, graceSeconds)} or has_deleted_runs and deleted_at is null and exists (
      select from experiment where study_id = study.id and ${isExpired(sql, graceSeconds)})
    order by slug`;
  let removed = 0;
  for (const study of due) {
    const isRemoved = await sql.begin(async (transaction) => {
      await lockSlug(transaction, study.slug);
      return study.isDeleted
        ? removeStudy(transaction, study, graceSeconds)
        : removeRuns(transaction, study, graceSeconds);
    });
    if (isRemoved) removed++;
  }
  return removed;
}

function isExpired(sql: Connection["sql"] | TransactionSql, graceSeconds: number): Fragment {
  return sql`deleted_at <= now() - make_interval(secs => ${graceSeconds})`;
}

/** Returns false if the study was restored meanwhile. */
async function removeStudy(sql: TransactionSql, { id, slug }: DueStudy, graceSeconds: number): Promise<boolean> {
  const [study] = await sql<{ name: string; deletedAt: Date; deletedBy: string | null }[]>`
    select name, deleted_at as "deletedAt", deleted_by as "deletedBy" from study
    where id = ${id} and ${isExpired(sql, graceSeconds)} for update`;
  if (study === undefined) return false;
  await notePending(sql, sql`experiment.study_id = ${id}`);
  await sql`delete from study where id = ${id}`;
  await recordAudit(sql, SERVER_ACTOR, { action: "STUDY_REMOVED", study: slug, details: study });
  return true;
}

/** Returns false if all runs were restored meanwhile. */
async function removeRuns(sql: TransactionSql, { id, slug }: DueStudy, graceSeconds: number): Promise<boolean> {
  const runs = await sql<{ id: string; name: string; deletedAt: Date }[]>`
    select id, name, deleted_at as "deletedAt" from experiment
    where study_id = ${id} and ${isExpired(sql, graceSeconds)} order by name for update`;
  if (runs.length === 0) return false;
  const ids = runs.map((run) => run.id);
  await notePending(sql, sql`experiment.id = any(${ids}::uuid[])`);
  await sql`
    insert into removed_run (study_id, name, deleted_at, deleted_by)
    select study_id, name, deleted_at, deleted_by from experiment where id = any(${ids}::uuid[])
    on conflict (study_id, name) do update set deleted_at = excluded.deleted_at, deleted_by = excluded.deleted_by`;
  await sql`delete from experiment where id = any(${ids}::uuid[])`;
  await sql`
    delete from rank where study_id = ${id} and not exists (select from experiment where rank_id = rank.id)`;
  await sql`
    delete from layer where study_id = ${id} and not exists (select from adapter_factors where layer_id = layer.id)`;
  await noteDeletedRuns(sql, id);
  for (const { name, deletedAt } of runs) {
    await recordAudit(sql, SERVER_ACTOR, {
      action: "EXPERIMENT_REMOVED",
      study: slug,
      subject: name,
      details: { deletedAt },
    });
  }
  return true;
}

/** Notes the content that the runs of `which` name, before their rows are deleted. */
async function notePending(sql: TransactionSql, which: Fragment): Promise<void> {
  await sql`
    insert into pending_removal (kind, hash)
    select distinct 'WEIGHT_FILE', unnest(files) from checkpoint
      join experiment on experiment.id = experiment_id where ${which}
    union
    select distinct 'PREDICTION_SET', hash from experiment_prediction
      join experiment on experiment.id = experiment_id where ${which}
    on conflict (kind, hash) do update set due_at = least(pending_removal.due_at, now())`;
  await sql`
    insert into pending_removal (kind, hash, due_at)
    values ('FACTS', 'now', now()), ('FACTS', 'later', now() + ${RECHECK_FACTS}::interval)
    on conflict (kind, hash) do update set due_at = excluded.due_at`;
}
