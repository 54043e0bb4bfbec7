import type { TransactionSql } from "postgres";
import { failure } from "../../errors.js";
import { changedFields, type Actor } from "../../model/audit.js";
import type { StudyDirection, StudyDirections } from "../../model/metric-directions.js";
import { recordAudit } from "../audit/record-audit.js";
import type { Connection } from "../connection.js";

/** Maximum number of metrics of a study with a stated direction: every run of the study is read with them. */
export const MAX_DIRECTIONS = 100;

/** Changes of a study that a person makes. Undefined keeps the stored value. */
export interface StudyChanges {
  readonly name?: string | undefined;
  /** Markdown; null removes the notes. */
  readonly notes?: string | null | undefined;
  /** All tags of the study, each once and sorted. */
  readonly tags?: readonly string[] | undefined;
  readonly isArchived?: boolean | undefined;
  /** Better directions by metric; null withdraws what a person stated. Other metrics keep theirs. */
  readonly directions: ReadonlyMap<string, boolean | null>;
}

/** The fields of a study that people can change. */
interface EditableStudy {
  readonly id: string;
  readonly name: string;
  readonly notes: string | null;
  readonly tags: readonly string[];
  readonly archivedAt: Date | null;
  readonly directions: StudyDirections;
}

/** Changes a study, and records what changed in the audit log. Returns false if it does not exist. @throws ARGUMENT_INVALID for too many directions */
export function updateStudy({ sql }: Connection, slug: string, changes: StudyChanges, actor: Actor): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const [study] = await transaction<EditableStudy[]>`
      select id, name, notes, tags, archived_at as "archivedAt", metric_directions as directions
      from study where slug = ${slug} and deleted_at is null for update`;
    if (study === undefined) return false;
    await storeChanges(transaction, slug, { before: study, after: changedStudy(slug, study, changes, actor) }, actor);
    return true;
  });
}

/** @throws ARGUMENT_INVALID */
function changedStudy(
  slug: string,
  study: EditableStudy,
  { name, notes, tags, isArchived, directions }: StudyChanges,
  actor: Actor,
): EditableStudy {
  const archivedAt = isArchived === true ? (study.archivedAt ?? new Date()) : null;
  return {
    id: study.id,
    name: name ?? study.name,
    notes: notes === undefined ? study.notes : notes,
    tags: tags ?? study.tags,
    archivedAt: isArchived === undefined ? study.archivedAt : archivedAt,
    directions: changedDirections(slug, study.directions, directions, actor.tokenId),
  };
}

async function storeChanges(
  sql: TransactionSql,
  slug: string,
  { before, after }: { readonly before: EditableStudy; readonly after: EditableStudy },
  actor: Actor,
): Promise<void> {
  const details = changedFields(editedFields(before), editedFields(after));
  if (Object.keys(details).length === 0) return;
  const { id, name, notes, tags, archivedAt, directions } = after;
  await sql`
    update study set name = ${name}, notes = ${notes}, tags = ${[...tags]}::text[], archived_at = ${archivedAt},
      metric_directions = ${JSON.stringify(directions)}::text::jsonb, updated_at = now(),
      revision = gen_random_uuid()
    where id = ${id}`;
  await recordAudit(sql, actor, { action: "STUDY_UPDATED", study: slug, details });
}

/** Returns what the audit log compares: directions without the times of their statements. */
function editedFields({ name, notes, tags, archivedAt, directions }: EditableStudy): Record<string, unknown> {
  const stated = Object.entries(directions).flatMap(([metric, direction]) =>
    direction.stated === null ? [] : [[metric, direction.stated.higherIsBetter] as const],
  );
  return {
    name,
    notes,
    tags,
    archived: archivedAt !== null,
    metricDirections: Object.fromEntries(stated.sort(([left], [right]) => (left < right ? -1 : 1))),
  };
}

/** @throws ARGUMENT_INVALID */
function changedDirections(
  slug: string,
  stored: StudyDirections,
  changed: ReadonlyMap<string, boolean | null>,
  statedBy: string | null,
): StudyDirections {
  const at = new Date().toISOString();
  const directions = new Map(Object.entries(stored));
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
  return Object.fromEntries(directions);
}
