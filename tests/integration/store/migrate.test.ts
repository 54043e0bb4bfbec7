import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import postgres, { type Sql } from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { openDatabase } from "#src/store/database.js";
import { migrate } from "#src/store/schema/migrate.js";
import { draftMigration } from "../../../scripts/draft-migration.js";
import { dropDatabase, freshDatabase } from "../../support/database.js";

const prismaFolder = fileURLToPath(new URL("../../../prisma", import.meta.url));
const history = readdirSync(`${prismaFolder}/migrations`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

const fresh = freshDatabase();

/** An empty database beside the suite's own. */
async function emptyDatabase(name: string): Promise<string> {
  const full = `${new URL(fresh.url).pathname.slice(1)}_${name}`;
  await fresh.database.sql`create database ${fresh.database.sql(full)}`;
  made.push(full);
  return new URL(full, fresh.url).href;
}
const made: string[] = [];

afterAll(async () => {
  for (const name of made) await dropDatabase(fresh.database.sql, name);
});

describe("migrate", () => {
  test("applies the whole history once, and nothing the second time", async () => {
    const url = await emptyDatabase("once");
    expect(await migrate(url)).toEqual({ applied: history });
    expect(await migrate(url)).toEqual({ applied: [] });
    const database = openDatabase(url, { applicationName: "tests" });
    expect(await database.prisma.study.count()).toBe(0);
    await database.close();
  });

  test("succeeds in two processes at once, one of which waits", async () => {
    const url = await emptyDatabase("twice");
    const applied = await Promise.all([migrate(url), migrate(url)]);
    expect(applied.map((outcome) => outcome.applied.length).sort()).toEqual([0, history.length]);
  });

  test("retries a migration that was killed before it ended", async () => {
    const url = await emptyDatabase("killed");
    await migrate(url);
    // A process that dies in a migration leaves a record that it began, and none of its statements.
    await withSql(url, async (sql) => {
      await dropAllButHistory(sql);
      await sql`update _prisma_migrations set finished_at = null, applied_steps_count = 0`;
    });
    expect(await migrate(url)).toEqual({ applied: history });
  });

  test("rolls back a migration that fails, reports why, and continues when the cause is fixed", async () => {
    const url = await emptyDatabase("fails");
    await migrate(url);
    await withSql(url, async (sql) => {
      await dropAllButHistory(sql);
      await sql`truncate _prisma_migrations`;
      // Conflicts with the last table of the first migration, after it has created types and tables.
      await sql`create table job (id int)`;
    });
    await expect(migrate(url)).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      message: expect.stringMatching(/relation "job" already exists\. Read the cause/) as string,
      cause: expect.any(Error) as Error,
    });
    await withSql(url, async (sql) => {
      expect(await sql`select typname from pg_type where typname in ('method', 'study')`).toEqual([]);
      await sql`drop table job`;
    });
    expect(await migrate(url)).toEqual({ applied: history });
  });
});

/** Drops every table and type except the engine's own record of applied migrations. */
async function dropAllButHistory(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create schema aside;
    alter table public._prisma_migrations set schema aside;
    drop schema public cascade;
    create schema public;
    alter table aside._prisma_migrations set schema public;
    drop schema aside`);
}

async function withSql(url: string, work: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

test("the migrations create exactly what prisma/schema.prisma describes (if not: npm run migration -- name)", async () => {
  expect(await draftMigration(await emptyDatabase("drift"), `${prismaFolder}/schema.prisma`)).toBeUndefined();
});

describe("a fresh database", () => {
  test("is migrated, empty and separate", async () => {
    expect(await fresh.database.prisma.study.count()).toBe(0);
    expect(await migrate(fresh.url)).toEqual({ applied: [] });
  });

  test("is dropped even if connections were left open, which are reported", async () => {
    const url = await emptyDatabase("leak");
    const name = made.pop() ?? "";
    const leak = openDatabase(url, { applicationName: "forgotten" });
    await leak.sql`select 'and never closed'`;
    await expect(dropDatabase(fresh.database.sql, name)).rejects.toThrow(
      /1 connections were left open: forgotten .*never closed/,
    );
    expect(await fresh.database.sql`select from pg_database where datname = ${name}`).toHaveLength(0);
    await leak.close();
  });
});
