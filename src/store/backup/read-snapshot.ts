import type { Readable } from "node:stream";
import { Client } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { failure } from "../../errors.js";
import type { WeightFile } from "../../model/weight-store.js";
import { readMigrations } from "../schema/migrations.js";
import { ownTables } from "../schema/own-tables.js";

/** A database as of one moment. Valid until the function that receives it ends. */
export interface Snapshot {
  /** Applied migrations, oldest first. This version contains all of them. */
  readonly migrations: readonly string[];
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** Every weight file of the database, by hash. */
  readonly files: readonly WeightFile[];
  /** Streams a table's rows in COPY's text format. Read one table at a time. */
  copy(table: string, columns: readonly string[]): Readable;
}

/**
 * Calls `work` with the database at `url` as of one moment. Uses pg and pg-copy-streams, because postgres.js 3.4.9 never resumes
 * a connection on which a COPY ended while it was paused (porsager/postgres issue 917), and does not report a COPY that
 * PostgreSQL aborts.
 *
 * @throws STORE_NEWER if the database has migrations that this version lacks: the backup would miss their tables
 */
export async function readSnapshot<Result>(
  url: string,
  work: (snapshot: Snapshot) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: "rankscope backup" });
  // A lost connection rejects its statement. Without a listener, it would also end the process.
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
    // Aborts a COPY that is not read further. Nothing was written.
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
