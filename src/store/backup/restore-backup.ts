import { randomBytes } from "node:crypto";
import type { PostgresError, TransactionSql } from "postgres";
import { failure, RankscopeError } from "../../errors.js";
import type { Actor } from "../../model/audit.js";
import { recordAudit } from "../audit/record-audit.js";
import { closeSql, openSql } from "../connection.js";
import { databaseFailure } from "../database-failure.js";
import { copyInto } from "../copy/copy-into.js";
import { MIGRATION_LOCK, readMigrations } from "../schema/migrations.js";
import type { Backup } from "./open-backup.js";
import { ownTables } from "../schema/own-tables.js";

/** Tables that may contain rows in an unused store, because they describe machines. */
const MACHINE_TABLES = new Set(["worker", "calibration"]);

export interface RestoreOptions {
  /** Whether stored data is replaced; otherwise a store with data is refused. */
  readonly replace: boolean;
  /** The actor of the restore in the audit log. */
  readonly actor: Actor;
}

export interface Restored {
  /** Migrations that the backup lacked and that were applied to its tables, oldest first. */
  readonly migrated: readonly string[];
}

/**
 * Replaces the content of the migrated database at `url` by a backup, in one transaction. The tables of the backup's version are
 * created in a temporary schema, filled and migrated, and then replace the old ones. If it fails or the process is killed, the
 * database stays as it was. Unfinished jobs are not restored; their results are computed when they are requested.
 *
 * @throws STORE_NOT_EMPTY without `replace`, STORE_IN_USE, BACKUP_INVALID, DATABASE_EXHAUSTED, DATABASE_UNREACHABLE
 */
export async function restoreBackup(url: string, backup: Backup, options: RestoreOptions): Promise<Restored> {
  const sql = openSql(url, { applicationName: "rankscope restore", maxConnections: 1, isPatient: true });
  try {
    return await sql.begin((transaction) => restore(transaction, backup, options));
  } catch (cause) {
    throw restoreFailure(cause);
  } finally {
    await closeSql(sql);
  }
}

/** PostgreSQL's error classes for invalid data: values, constraints, names and syntax (manual, appendix A). */
const DATA_ERROR = /^(22|23|25|42|P0)...$/;

/** Returns the error to report for rows that PostgreSQL rejects or for a failure of the database itself; otherwise `cause`. */
function restoreFailure(cause: unknown): unknown {
  if (cause instanceof RankscopeError) return cause;
  const { code, message, table_name: table, where } = cause as Partial<PostgresError>;
  if (typeof code !== "string" || !DATA_ERROR.test(code)) return databaseFailure(cause) ?? cause;
  return failure("BACKUP_INVALID", {
    where: table ?? where?.split("\n")[0],
    received: `rows that PostgreSQL rejects: ${message}`,
    cause,
  });
}

async function restore(sql: TransactionSql, backup: Backup, { replace, actor }: RestoreOptions): Promise<Restored> {
  await sql`set local statement_timeout = 0`;
  await sql`set local datestyle = 'ISO'`;
  await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`;
  await assertUnused(sql);
  if (!replace) await assertEmpty(sql);
  const [current] = await sql<{ schema: string }[]>`select current_schema() as schema`;
  if (current === undefined) throw new Error("the database has no current schema");
  const temporary = `rankscope_restore_${randomBytes(6).toString("hex")}`;
  await sql`create schema ${sql(temporary)}`;
  await sql`select set_config('search_path', ${temporary}, true)`;
  const { migrationDirectories } = await readMigrations();
  const had = new Set(backup.manifest.migrations);
  const apply = async (names: typeof migrationDirectories) => {
    for (const { migrationFile } of names) {
      if (migrationFile.content.tag === "ok") await sql.unsafe(migrationFile.content.value);
    }
  };
  const before = migrationDirectories.filter(({ path }) => had.has(path));
  const after = migrationDirectories.filter(({ path }) => !had.has(path));
  await apply(before);
  await fill(sql, temporary, backup);
  await apply(after);
  await cancelUnfinishedJobs(sql);
  const { madeAt, madeBy } = backup.manifest;
  await recordAudit(sql, actor, { action: "RESTORED", details: { madeAt, madeBy } });
  await replaceTables(sql, temporary, current.schema);
  return { migrated: after.map(({ path }) => path) };
}

/** Servers and workers cache what they read: none may run during a restore. */
async function assertUnused(sql: TransactionSql): Promise<void> {
  const others = await sql<{ name: string }[]>`
    select distinct application_name as name from pg_stat_activity
    where datname = current_database() and application_name ~ '^rankscope (serve|worker|import|report)' order by 1`;
  if (others.length > 0) throw failure("STORE_IN_USE", { received: others.map(({ name }) => name).join(", ") });
}

async function assertEmpty(sql: TransactionSql): Promise<void> {
  for (const name of (await ownTables()).filter((table) => !MACHINE_TABLES.has(table))) {
    const [row] = await sql`select 1 from ${sql(name)} limit 1`;
    if (row !== undefined) throw failure("STORE_NOT_EMPTY", { received: `rows in table ${name}` });
  }
}

async function fill(sql: TransactionSql, schema: string, backup: Backup): Promise<void> {
  const order = await tablesByReference(sql, schema);
  const unknown = backup.manifest.tables.filter(({ name }) => !order.includes(name)).map(({ name }) => name);
  const missing = order.filter((name) => !backup.manifest.tables.some((table) => table.name === name));
  if (unknown.length > 0 || missing.length > 0) {
    const received = `tables ${[...unknown, ...missing].join(", ")} in only one of backup and schema`;
    throw failure("BACKUP_INVALID", { received, allowed: "the tables of its migrations" });
  }
  const tables = backup.manifest.tables.toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  for (const table of tables) await copyInto(sql, table.name, table.columns, backup.readTable(table));
}

/** Returns the tables of `schema`, each after the tables that it references. */
async function tablesByReference(sql: TransactionSql, schema: string): Promise<string[]> {
  const rows = await sql<{ name: string; refers: string[] }[]>`
    select made.relname::text as name,
      array_remove(array_agg(target.relname::text), null) as refers
    from pg_class made
    left join pg_constraint on conrelid = made.oid and contype = 'f' and confrelid <> conrelid
    left join pg_class target on target.oid = confrelid
    where made.relnamespace = ${schema}::regnamespace and made.relkind = 'r'
    group by made.relname order by made.relname`;
  const ordered: string[] = [];
  let rest = [...rows];
  while (rest.length > 0) {
    const free = rest.filter(({ refers }) => refers.every((name) => ordered.includes(name)));
    if (free.length === 0)
      throw new Error(`tables reference each other in a cycle: ${rest.map(({ name }) => name).join()}`);
    for (const { name } of free) ordered.push(name);
    rest = rest.filter((row) => !free.includes(row));
  }
  return ordered;
}

/** Cancels unfinished jobs: a backup does not contain the queue, so that no worker would run them. */
async function cancelUnfinishedJobs(sql: TransactionSql): Promise<void> {
  await sql`
    update job set status = 'CANCELLED', finished_at = now(), updated_at = now(), waiting = 0,
      message = 'The store was restored from a backup that was made while this job was running. Request it again.'
    where status in ('QUEUED', 'RUNNING')`;
  await sql`delete from job_fact`;
  await sql`delete from worker`;
  await sql`
    select graphile_worker.remove_job(key) from graphile_worker.jobs where key is not null and locked_at is null`;
}

/** Moves the tables and types of the schema `from` to `to`, where they replace those of the same name, and drops `from`. */
async function replaceTables(sql: TransactionSql, from: string, to: string): Promise<void> {
  const tables = await tablesByReference(sql, from);
  const types = await sql<{ name: string }[]>`
    select typname as name from pg_type where typnamespace = ${from}::regnamespace and typtype = 'e'`;
  // In one statement, because a policy of one table may depend on another table, whatever their references are.
  const replaced = tables.map((name) => sql`${sql(to)}.${sql(name)}`);
  await sql`drop table if exists ${replaced.reduce((list, name) => sql`${list}, ${name}`)}`;
  for (const { name } of types) await sql`drop type if exists ${sql(to)}.${sql(name)}`;
  for (const name of tables) await sql`alter table ${sql(name)} set schema ${sql(to)}`;
  for (const { name } of types) await sql`alter type ${sql(name)} set schema ${sql(to)}`;
  // Fails if a migration created an object of another kind, which must be moved as well.
  await sql`drop schema ${sql(from)}`;
  for (const name of tables) await sql`analyze ${sql(to)}.${sql(name)}`;
}
