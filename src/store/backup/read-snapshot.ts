import type { Readable } from "node:stream";
import { Client } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { failure } from "../../errors.js";
import type { WeightFile } from "../../model/weight-store.js";
import { readMigrations } from "../schema/migrations.js";
import { ownTables } from "../schema/own-tables.js";

/** A database as it was at one moment, for as long as the work that it is lent to takes. */
export interface Snapshot {
  /** Migrations that it has, oldest first; all of them are known here. */
  readonly migrations: readonly string[];
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** Every weight file that it names, by hash. */
  readonly files: readonly WeightFile[];
  /** A table's rows in COPY's text format, as fast as they are read; one table at a time. */
  copy(table: string, columns: readonly string[]): Readable;
}

/**
 * Lends `work` the database at `url` as it is at one moment, by pg and pg-copy-streams: postgres.js never resumes a
 * connection on which a COPY ended while it was paused, and says nothing of a COPY that PostgreSQL breaks off.
 *
 * @throws STORE_NEWER: of tables that this version does not know nothing would be read
 */
export async function readSnapshot<Result>(
  url: string,
  work: (snapshot: Snapshot) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: "rankscope backup" });
  // A connection that is lost fails the statement that runs on it; without a listener it would end the process too.
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    await client.query("set local statement_timeout = 0; set local datestyle = 'ISO'");
    const migrations = await appliedMigrations(client);
    const tables = [];
    for (const name of await ownTables()) tables.push({ name, columns: await columnsOf(client, name) });
    const files = await rowsOf<{ hash: string; size: string; path: string }>(
      client,
      "select hash, size, path from weight_file order by hash",
    );
    return await work({
      migrations,
      tables,
      files: files.map((file) => ({ ...file, size: Number(file.size) })),
      copy(table, columns) {
        const names = columns.map((name) => client.escapeIdentifier(name)).join(", ");
        return client.query(copyTo(`copy ${client.escapeIdentifier(table)} (${names}) to stdout`));
      },
    });
  } finally {
    // Cuts a COPY that nobody reads on; nothing was written that could be lost.
    await client.end();
  }
}

async function appliedMigrations(client: Client): Promise<string[]> {
  const known = new Set((await readMigrations()).migrationDirectories.map(({ path }) => path));
  const rows = await rowsOf<{ name: string }>(
    client,
    `select migration_name as name from _prisma_migrations
     where finished_at is not null and rolled_back_at is null order by migration_name`,
  );
  const names = rows.map(({ name }) => name);
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw failure("STORE_NEWER", { received: `a database with ${unknown.join(", ")}` });
  return names;
}

async function columnsOf(client: Client, table: string): Promise<string[]> {
  const rows = await rowsOf<{ name: string }>(
    client,
    `select attname as name from pg_attribute
     where attrelid = quote_ident($1)::regclass and attnum > 0 and not attisdropped and attgenerated = ''
     order by attnum`,
    [table],
  );
  return rows.map(({ name }) => name);
}

async function rowsOf<Row extends object>(client: Client, text: string, values: string[] = []): Promise<Row[]> {
  return (await client.query<Row>(text, values)).rows;
}
