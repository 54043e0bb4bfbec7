import { randomBytes } from "node:crypto";
import type { TransactionSql } from "postgres";
import { failure } from "../../errors.js";
import { closeSql, openSql } from "../connection.js";
import { copyInto } from "../copy/copy-into.js";
import { LIMITED_SCHEMA } from "../schema/limited-schema.js";
import { MIGRATION_LOCK, readMigrations } from "../schema/migrations.js";
import type { Backup } from "./open-backup.js";
import { ownTables } from "../schema/own-tables.js";

/** What a store that nobody has used may hold all the same: machines that have shown up. */
const MACHINES = new Set(["worker", "calibration"]);

export interface Restored {
  /** Migrations that the backup lacked and that were applied to what it held, oldest first. */
  readonly migrated: readonly string[];
}

/**
 * Puts a backup in the place of all that the migrated database at `url` holds, in one transaction: the tables are made in
 * a schema beside, as they were when the backup was written, filled, brought to this version, and then take the place of
 * the old ones. Whatever fails, or kills this process, leaves the database as it was. Work that was under way is not
 * restored: what it was to find is computed when it is asked for.
 *
 * @throws STORE_NOT_EMPTY without `replace`, STORE_IN_USE, BACKUP_INVALID, what PostgreSQL says
 */
export async function restoreBackup(url: string, backup: Backup, options: { replace: boolean }): Promise<Restored> {
  const sql = openSql(url, { applicationName: "rankscope restore", maxConnections: 1, isPatient: true });
  try {
    return await sql.begin((transaction) => restore(transaction, backup, options));
  } finally {
    await closeSql(sql);
  }
}

async function restore(sql: TransactionSql, backup: Backup, { replace }: { replace: boolean }): Promise<Restored> {
  await sql`set local statement_timeout = 0`;
  await sql`set local datestyle = 'ISO'`;
  await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`;
  await refuseOthers(sql);
  if (!replace) await refuseContent(sql);
  const [place] = await sql<{ schema: string }[]>`select current_schema() as schema`;
  if (place === undefined) throw new Error("the database has no current schema");
  const beside = `rankscope_restore_${randomBytes(6).toString("hex")}`;
  await sql`create schema ${sql(beside)}`;
  // Views of the tables that go; the migrations make them again, of those that come.
  await sql`drop schema if exists ${sql(LIMITED_SCHEMA)} cascade`;
  await sql`select set_config('search_path', ${beside}, true)`;
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
  await fill(sql, beside, backup);
  await apply(after);
  await endWork(sql);
  await takeThePlace(sql, beside, place.schema);
  return { migrated: after.map(({ path }) => path) };
}

/** Servers and workers hold what they read; they must not see it exchanged below them. */
async function refuseOthers(sql: TransactionSql): Promise<void> {
  const others = await sql<{ name: string }[]>`
    select distinct application_name as name from pg_stat_activity
    where datname = current_database() and application_name ~ '^rankscope (serve|worker|import|report)' order by 1`;
  if (others.length > 0) throw failure("STORE_IN_USE", { received: others.map(({ name }) => name).join(", ") });
}

async function refuseContent(sql: TransactionSql): Promise<void> {
  for (const name of (await ownTables()).filter((table) => !MACHINES.has(table))) {
    const [row] = await sql`select 1 from ${sql(name)} limit 1`;
    if (row !== undefined) throw failure("STORE_NOT_EMPTY", { received: `rows in table ${name}` });
  }
}

async function fill(sql: TransactionSql, schema: string, backup: Backup): Promise<void> {
  const order = await tablesByReference(sql, schema);
  const unknown = backup.manifest.tables.filter(({ name }) => !order.includes(name)).map(({ name }) => name);
  const missing = order.filter((name) => !backup.manifest.tables.some((table) => table.name === name));
  if (unknown.length > 0 || missing.length > 0) {
    const received = `tables ${[...unknown, ...missing].join(", ")} only here or only there`;
    throw failure("BACKUP_INVALID", { received, allowed: "the tables of the migrations that it names" });
  }
  const tables = backup.manifest.tables.toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  for (const table of tables) await copyInto(sql, table.name, table.columns, backup.readTable(table));
}

/** The tables of `schema`, each after those that it refers to. */
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
      throw new Error(`tables refer to each other in a circle: ${rest.map(({ name }) => name).join()}`);
    ordered.push(...free.map(({ name }) => name));
    rest = rest.filter((row) => !free.includes(row));
  }
  return ordered;
}

/** The queue's own tables are not in a backup: jobs that were waiting or running have nobody who would run them. */
async function endWork(sql: TransactionSql): Promise<void> {
  await sql`
    update job set status = 'CANCELLED', finished_at = now(), updated_at = now(), waiting = 0,
      message = 'under way when the backup was made that this store was restored from: ask again'
    where status in ('QUEUED', 'RUNNING')`;
  await sql`delete from job_fact`;
  await sql`delete from worker`;
  await sql`
    select graphile_worker.remove_job(key) from graphile_worker.jobs where key is not null and locked_at is null`;
}

/** Drops the tables and types of `to` that `from` has too, moves those of `from` there, and drops the empty schema. */
async function takeThePlace(sql: TransactionSql, from: string, to: string): Promise<void> {
  const tables = await tablesByReference(sql, from);
  const types = await sql<{ name: string }[]>`
    select typname as name from pg_type where typnamespace = ${from}::regnamespace and typtype = 'e'`;
  for (const name of tables.toReversed()) await sql`drop table if exists ${sql(to)}.${sql(name)}`;
  for (const { name } of types) await sql`drop type if exists ${sql(to)}.${sql(name)}`;
  for (const name of tables) await sql`alter table ${sql(name)} set schema ${sql(to)}`;
  for (const { name } of types) await sql`alter type ${sql(name)} set schema ${sql(to)}`;
  // Fails where a migration has made something of another kind, which must be moved as well.
  await sql`drop schema ${sql(from)}`;
  for (const name of tables) await sql`analyze ${sql(to)}.${sql(name)}`;
}
