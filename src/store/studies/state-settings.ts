import { failure } from "../../errors.js";
import { changedFields, type Actor } from "../../model/audit.js";
import type { SettingValue } from "../../model/settings.js";
import { recordAudit } from "../audit/record-audit.js";
import type { Connection } from "../connection.js";
import { advanceRevision } from "../write/advance-revision.js";
import { lockSlug } from "../write/lock-slug.js";
import { makeStatements, withdrawStatements, type Contradiction, type Statement } from "../write/statements.js";

/** Maximum wait for an import that stores the study: the request holds a connection meanwhile. */
const PATIENCE_MILLISECONDS = 2_000;
/** Maximum number of settings of one run that persons state. */
export const MAX_STATEMENTS = 200;
/** Settings that follow from the configuration of a run's adapter, from which its updates are computed. */
const ADAPTER_SETTINGS = ["lora_alpha", "lora_dropout", "target_modules", "use_dora", "use_rslora"];

/** Changes of what persons state about a run. */
export interface StatedSettings {
  readonly set: ReadonlyMap<string, SettingValue>;
  /** Settings whose statements are withdrawn. Settings without a statement are ignored. */
  readonly clear: readonly string[];
}

/** The run, and the statements that contradict its files. */
export interface StatedRun {
  readonly name: string;
  readonly slug: string;
  readonly contradictions: readonly Contradiction[];
}

/**
 * Changes what persons state about an experiment. Returns undefined if it does not exist.
 *
 * @throws ARGUMENT_INVALID for a setting that follows from the adapter, and for too many; STUDY_BUSY
 */
export async function stateSettings(
  { sql }: Connection,
  experimentId: string,
  { set, clear }: StatedSettings,
  actor: Actor,
): Promise<StatedRun | undefined> {
  return sql.begin(async (transaction) => {
    const [run] = await transaction<{ name: string; slug: string; studyId: string; hasAdapter: boolean }[]>`
      select experiment.name, study.slug, study.id as "studyId", adapter is not null as "hasAdapter"
      from experiment join study on study.id = study_id where experiment.id = ${experimentId} and experiment.deleted_at is null`;
    if (run === undefined) return undefined;
    const { name, slug, studyId } = run;
    const ofAdapter = ADAPTER_SETTINGS.find((field) => run.hasAdapter && set.has(field));
    if (ofAdapter !== undefined) throw followsFromAdapter(ofAdapter, name);
    await lockSlug(transaction, slug, PATIENCE_MILLISECONDS);
    const before = await withdrawStatements(transaction, [experimentId]);
    const statedAt = new Date();
    const statedBy = actor.tokenId;
    const statements: Statement[] = [
      ...before.filter(({ field }) => !set.has(field) && !clear.includes(field)),
      ...[...set].map(([field, value]) => ({ experimentId, field, value, statedBy, statedAt })),
    ];
    if (statements.length > MAX_STATEMENTS) throw tooManyStatements(statements.length, name);
    const contradictions = await makeStatements(transaction, statements);
    await transaction`update study set updated_at = now() where id = ${studyId}`;
    await advanceRevision(transaction, studyId);
    const details = changedFields(statedValues(before), { ...withdrawn(before), ...statedValues(statements) });
    if (Object.keys(details).length > 0) {
      await recordAudit(transaction, actor, { action: "EXPERIMENT_UPDATED", study: slug, subject: name, details });
    }
    return { name, slug, contradictions };
  });
}

/** Returns the stated values by setting. */
function statedValues(statements: readonly Statement[]): Record<string, SettingValue | null> {
  return Object.fromEntries(statements.map(({ field, value }) => [field, value]));
}

/** Returns null for each stated setting, as it is after its statement was withdrawn. */
function withdrawn(statements: readonly Statement[]): Record<string, null> {
  return Object.fromEntries(statements.map(({ field }) => [field, null]));
}

function followsFromAdapter(field: string, run: string): Error {
  return failure("ARGUMENT_INVALID", {
    where: "set",
    received: field,
    allowed: `settings that do not follow from the adapter of ${run}`,
    fix: "The run's updates are computed from its adapter_config.json. Correct that file and import the folder again.",
  });
}

function tooManyStatements(count: number, run: string): Error {
  return failure("ARGUMENT_INVALID", {
    where: `stated settings of ${run}`,
    received: `${count} with the new ones`,
    allowed: `up to ${MAX_STATEMENTS}`,
    fix: "Clear settings that are no longer needed.",
  });
}
