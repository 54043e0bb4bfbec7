import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { type Database, openDatabase } from "#src/store/database.js";

export interface FreshDatabase {
  /** For code under test that opens its own connections and must close them. */
  readonly url: string;
  /** Opened at first use and closed at the end of the suite. */
  readonly database: Database;
}

/**
 * Gives the suite that calls it (a file or a `describe`) a database of its own: a copy of a template, by default migrated and
 * empty. Its end drops the database, and fails where the suite left connections open.
 */
export function freshDatabase(templateDatabase: () => Promise<URL> = migratedTemplate): FreshDatabase {
  const name = `test_${randomBytes(6).toString("hex")}`;
  let template: URL | undefined;
  let database: Database | undefined;

  const url = (): string => {
    if (template === undefined) throw new Error("The database exists only while the suite's tests and hooks run.");
    return new URL(name, template).href;
  };
  beforeAll(async () => {
    template = await templateDatabase();
    const from = template.pathname.slice(1);
    await onMaintenanceDatabase(template, (sql) => sql`create database ${sql(name)} template ${sql(from)}`);
  });
  afterAll(async () => {
    await database?.close();
    if (template !== undefined) await onMaintenanceDatabase(template, (sql) => dropDatabase(sql, name));
  });
  return {
    get url() {
      return url();
    },
    get database() {
      return (database ??= openDatabase(url(), { applicationName: "tests", maxConnections: 4 }));
    },
  };
}

/** Maximum time until a closed connection disappears from the server. */
const PARTING_MILLISECONDS = 2000;

/**
 * Drops a database even if it is in use.
 *
 * @throws naming the connections that were still open
 */
export async function dropDatabase(sql: Sql, name: string): Promise<void> {
  const began = Date.now();
  const connections = () => sql<{ who: string; last: string }[]>`
    select application_name as who, left(query, 200) as last from pg_stat_activity
    where datname = ${name} and backend_type = 'client backend'`;
  let open = await connections();
  while (open.length > 0 && Date.now() - began < PARTING_MILLISECONDS) {
    await sleep(20);
    open = await connections();
  }
  await sql`drop database ${sql(name)} with (force)`;
  if (open.length > 0) {
    const names = open.map(({ who, last }) => `${who} (${last})`);
    throw new Error(`${open.length} connections were left open: ${names.join(", ")}`);
  }
}

/** The migrated template database. It has no connections, because a connection would prevent cloning. */
export async function migratedTemplate(): Promise<URL> {
  const answer = await fetch(inject("templateDatabase"));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`PostgreSQL for the tests did not start: ${text}`);
  return new URL(text);
}

/** Runs `work` on a connection to the database `postgres` of the template's server. */
export async function onMaintenanceDatabase(template: URL, work: (sql: Sql) => PromiseLike<unknown>): Promise<void> {
  const sql = postgres(new URL("postgres", template).href, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
